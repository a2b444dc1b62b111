// A network of network namespaces: one for each node and one for the harness, which is the hub. A bridge joins them and
// nothing routes out. Nodes keep their loopback addresses (127.x.y.N), which are on the wire here, so that a network is
// rendered the same with and without. No namespace has a name: they are held by open files and by the processes in them
// and are gone with the last, devices, rules and routes with them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "localnet/base/fd.h"

namespace rehearse {

// Tried in a copy of this process. They need root.
std::string network_namespace_needs();
std::string nftables_needs();
std::string tun_needs();

class NetworkNamespaces {
 public:
  // Makes them, and moves this thread to the hub: what it starts and the sockets that it opens from now on are there. Of
  // the nodes' block, 127.x.y.*, all addresses that no node has are the hub's (release server, provider). `nodes` is
  // name -> address, all of one block. Throws Error(Blame::machine), and Error(Blame::scenario) for other addresses.
  explicit NetworkNamespaces(const std::map<std::string, std::string>& nodes);
  ~NetworkNamespaces();  // moves this thread back; processes in them keep theirs until they end
  NetworkNamespaces(const NetworkNamespaces&) = delete;

  // Does `work` in the namespace of a node: what it starts (Child::spawn) and each socket and device that it opens is
  // there. Throws what `work` throws.
  void within(const std::string& node, const std::function<void()>& work) const;
  const std::string& address(const std::string& node) const { return nodes_.at(node).ip; }

 private:
  struct Member {
    std::string ip;
    Fd fd;
  };
  void join(const std::string& node, int number);

  Fd before_, hub_;
  std::map<std::string, Member> nodes_;
};

// The program `ip` or `nft` with these commands, in this thread's namespace; what it prints. Throws Error(Blame::machine)
// with what it says against them.
std::string run_ip(const std::vector<std::string>& commands);
std::string run_nft(const std::string& commands);

// A TUN device in this thread's namespace: reading gives the packets that are sent there, writing lets one arrive. It does
// not block, and the device goes when it is closed. Throws Error(Blame::machine).
Fd open_tun(const std::string& device);

}  // namespace rehearse
