// Packets between a node and others that are lost or refused: a rule of nftables, with a counter, in the node's namespace.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "localnet/evidence.h"
#include "localnet/namespaces.h"

namespace rehearse {

struct PacketFault {
  enum class Fate { drop, reject };  // silently; with a reset of the connection
  enum class Direction { in, out };  // of the node's point of view
  Fate fate = Fate::drop;
  Direction direction = Direction::in;
  std::vector<std::string> peers = {};  // addresses; empty: all but itself
  int percent = 100;                    // of the packets, by chance
};

class PacketRule {
 public:
  // From now on. `namespaces` outlives this. Throws Error(Blame::machine) with what nft says.
  PacketRule(const NetworkNamespaces& namespaces, const std::string& node, const PacketFault&);
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
