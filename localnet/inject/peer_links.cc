#include "localnet/inject/peer_links.h"

#include <fmt/format.h>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

// A node's own address, and the proxies at which it dials the others.
constexpr int addresses_for(int nodes) { return nodes * nodes; }

constexpr int most_nodes() {
  int nodes = 1;
  while (addresses_for(nodes + 1) < kProviderLinkAddress) ++nodes;
  return nodes;
}

}  // namespace

void check_peer_links(int nodes) {
  if (nodes > most_nodes())
    throw Error(Blame::scenario,
                fmt::format("network: {} nodes with links between them need {} loopback addresses, a run has {}: at most {} "
                            "nodes; leave some out, or the faults of links",
                            nodes, addresses_for(nodes), kProviderLinkAddress - 1, most_nodes()));
}

int peer_link_address(int nodes, int from, int to) {
  const int others_before = to < from ? to : to - 1;
  return nodes + (from - 1) * (nodes - 1) + others_before;
}

}  // namespace rehearse
