// Which addresses of a run's block (address.h) the link proxies of its network listen at. Nodes have those from 1 on,
// what else a run has those from the other end.
#pragma once

namespace rehearse {

// The provider daemon's, to the node that it asks.
inline constexpr int kProviderLinkAddress = 252;

// Nodes dial each other through a proxy for each ordered pair. Throws Error(Blame::scenario) when a block has too few
// addresses for that.
void check_peer_links(int nodes);
// Of the proxy at which node `from` dials node `to`, another one; both are counted from 1.
int peer_link_address(int nodes, int from, int to);

}  // namespace rehearse
