// The file of a network that somebody else runs: what it says, and each complaint at its line.
#include "harness/spec/standing_network.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::HasSubstr;

struct StandingNetworkFile : testing::Test {
  StandingNetwork read(const std::string& text) const { return read_standing_network(folder_.write("net.yaml", text)); }
  std::string trouble(const std::string& text) const {
    return made::trouble_of([&] { read(text); });
  }
  made::TempFolder folder_;
};

constexpr const char* kNode = "nodes:\n  - {name: v-1, rpc: 'http://a:26657', rest: 'http://a:1317'}\n";

TEST_F(StandingNetworkFile, HasNodesByTheirAddresses) {
  const auto n = read(std::string(kNode) + "  - {name: full-1, rpc: 'https://b/rpc/', rest: 'https://b/api', role: full, version: v2.0.0}\nversion: v1.0.0\npeers: 2\nrequests: 2.5\n");
  ASSERT_EQ(n.nodes.size(), 2u);
  EXPECT_EQ(n.nodes[0].role, StandingRole::validator);
  EXPECT_EQ(n.nodes[1].role, StandingRole::full);
  EXPECT_EQ(n.nodes[1].version, "v2.0.0");
  EXPECT_EQ(n.nodes[1].rpc, "https://b/rpc");
  EXPECT_EQ(n.version, "v1.0.0");
  EXPECT_EQ(n.requests, 2.5);
}

TEST_F(StandingNetworkFile, AsksForTheStateElsewhereWhereANodeHasNoApi) {
  const auto n = read("nodes:\n  - {name: v-1, rpc: 'http://a:1'}\n  - {name: v-2, rpc: 'http://b:1', rest: 'http://b:2'}\n");
  EXPECT_EQ(n.nodes[0].rest, "http://b:2");
}

TEST_F(StandingNetworkFile, IsRefusedAtTheLineThatIsWrong) {
  EXPECT_THAT(trouble("nodes: []\n"), HasSubstr("net.yaml:1:8: there is no node to look at"));
  EXPECT_THAT(trouble(std::string(kNode) + "  - {name: v-1, rpc: 'http://b:1', rest: 'http://b:2'}\n"), HasSubstr(":3:12: there are two nodes v-1"));
  EXPECT_THAT(trouble(std::string(kNode) + "  - {name: v-2, rpc: 'http://a:26657', rest: 'http://b:2'}\n"), HasSubstr(":3:22: http://a:26657 is v-1's address already"));
  EXPECT_THAT(trouble("nodes:\n  - {name: v-1, rpc: 'tcp://a:26657', rest: 'http://a:1317'}\n"), HasSubstr(":2:22: `tcp://a:26657`: an address is http://HOST:PORT"));
  EXPECT_THAT(trouble("nodes:\n  - {name: V 1, rpc: 'http://a:1', rest: 'http://a:2'}\n"), HasSubstr(":2:12: `V 1`: a name is"));
  EXPECT_THAT(trouble("nodes:\n  - {name: provider, rpc: 'http://a:1', rest: 'http://a:2'}\n"), HasSubstr(":2:12: `provider` is the name of something else"));
  EXPECT_THAT(trouble("nodes:\n  - {name: f, rpc: 'http://a:1', rest: 'http://a:2', role: full}\n"), HasSubstr("no node is a validator"));
  EXPECT_THAT(trouble(std::string(kNode) + "requests: 0\n"), HasSubstr(":3:11: 1 to 1000 a second"));
  EXPECT_THAT(trouble(std::string(kNode) + "ca: there-is-none.pem\n"), HasSubstr("there is no such file"));
  EXPECT_THAT(trouble("nodes:\n  - {name: v-1, rpc: 'http://a:1'}\n"), HasSubstr("no node has the address of an API (rest)"));
  EXPECT_THAT(trouble("a: b\n"), HasSubstr("nodes"));
}

}  // namespace
}  // namespace rehearse
