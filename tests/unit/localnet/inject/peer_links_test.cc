#include "localnet/inject/peer_links.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::HasSubstr;

TEST(PeerLinks, HaveAnAddressEachThatNoNodeHas) {
  for (const int nodes : {1, 4, 10, 15}) {
    check_peer_links(nodes);
    std::set<int> taken;
    for (int from = 1; from <= nodes; ++from)
      for (int to = 1; to <= nodes; ++to)
        if (from != to) taken.insert(peer_link_address(nodes, from, to));
    ASSERT_EQ(taken.size(), static_cast<std::size_t>(nodes * (nodes - 1)));
    if (taken.empty()) continue;
    EXPECT_EQ(*taken.begin(), nodes + 1);
    EXPECT_LT(*taken.rbegin(), kProviderLinkAddress);
  }
}

TEST(PeerLinks, SaysHowManyNodesFit) {
  EXPECT_THAT(made::trouble_of([] { check_peer_links(16); }),
              HasSubstr("16 nodes with links between them need 256 loopback addresses, a run has 251: at most 15 nodes"));
}

}  // namespace
}  // namespace rehearse
