// What some send to a node is lost or refused: a rule of nftables, with a counter, in the node's namespace.
#pragma once

#include <string>
#include <vector>

#include "localnet/process/evidence.h"
#include "localnet/inject/namespaces.h"

namespace rehearse {

enum class PacketFate {
  drop,    // silently
  reset,   // the sender is told that there is no such connection; all that nodes speak is TCP
  refuse,  // the sender is told, as by a firewall, that it must not: connections hang, new ones fail at once
};

class PacketRule {
 public:
  // From now on, of all packets from these addresses. `namespaces` outlives this. Throws Error(Blame::machine) with what nft
  // says.
  PacketRule(const NetworkNamespaces& namespaces, const std::string& node, const std::vector<std::string>& from, PacketFate);
  ~PacketRule();  // undoes it
  PacketRule(const PacketRule&) = delete;

  void undo();

  Evidence applied() const;  // packets and bytes that the rule has counted: holds once there are some
  Evidence undone() const;   // that the kernel has no such table
 private:
  std::string listed() const;

  const NetworkNamespaces& namespaces_;
  std::string node_, table_;
};

}  // namespace rehearse
