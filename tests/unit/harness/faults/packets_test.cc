// Faults by packets on a network of namespaces whose nodes are only sockets, in a copy of this process.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/faults/kinds.h"
#include "localnet/inject/namespaces.h"
#include "tests/unit/support/in_copy.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using made::expect;

constexpr const char* kAll[] = {"latency", "bandwidth",   "stall",          "drop",             "reset", "half-open",
                                "cut",     "packet-loss", "packet-reorder", "packet-duplicate", "reject"};

Injection of_link(const char* kind, const std::string& from, const std::string& to) {
  Injection i{"1", kind, "", "", {{}, {{from, to}}, {}, false}, 0, 0, {}};
  for (const auto& o : find_fault_kind(kind)->options) i.options[o.name] = o.value;
  if (i.options.contains("percent")) i.options["percent"] = "100";
  return i;
}

// A rehearsal on a network of namespaces; or of none, for that reason.
struct Apart : made::AskingTest {
  explicit Apart(const std::string& none = "") {
    if (none.empty()) nodes.emplace(std::map<std::string, std::string>{{"a", "127.9.9.1"}, {"b", "127.9.9.2"}});
    auto p = plan(folder_.path());
    p.namespaces = nodes ? &*nodes : nullptr;
    p.no_namespaces = none;
    network.emplace(loop_, http_, r_, profile_, addresses_, std::move(p));
    r_.set_network(&*network);
  }
  void TestBody() override {}
  std::unique_ptr<Fault> fault(const Injection& i) { return find_fault_kind(i.kind)->make(r_, i); }
  Loop& loop() { return loop_; }

  std::optional<NetworkNamespaces> nodes;
  std::optional<made::FakeNetwork> network;
};

// Both dial each other; nobody listens there.
void dial(const NetworkNamespaces& nodes) {
  for (const auto& [from, to] : {std::pair{"a", "b"}, {"b", "a"}})
    nodes.within(from, [&, &to = to] {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(26656);
      ::inet_pton(AF_INET, nodes.address(to).c_str(), &address.sin_addr);
      (void)::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
      ::close(fd);
    });
}

TEST(Packets, SayWhyThereAreNoNamespaces) {
  Apart r("needs what is not there");
  for (const auto* kind : kAll) EXPECT_EQ(r.fault(of_link(kind, "a", "b"))->why_unavailable(), "needs what is not there") << kind;
}

class PacketsTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    for (const auto& needs : {network_namespace_needs(), nftables_needs(), tun_needs()})
      if (!needs.empty()) GTEST_SKIP() << needs;
  }
};

TEST_P(PacketsTest, AreSeenToBeActedOnAndAreLeftAlone) {
  EXPECT_EQ(in_child([] {
              Apart r;
              const auto fault = r.fault(of_link(GetParam(), "a", "b"));
              expect(fault->why_unavailable().empty(), fault->why_unavailable());
              fault->inject();
              expect(fault->applied().empty(), "nothing was sent");
              std::string proof;
              made::run_until(r.loop(), [&] {
                dial(*r.nodes);
                if (proof.empty()) proof = fault->applied();
                return !proof.empty();
              });
              expect(!proof.empty(), "it acts");
              expect(fault->healed().empty() == (GetParam() != std::string("reset")), "only a reset is over by itself");
              fault->heal();
              expect(!fault->healed().empty(), "it is healed");
              const auto beside = r.fault(of_link(GetParam(), "provider", "a"));
              expect(beside->why_unavailable().starts_with("needs links through proxies"), beside->why_unavailable());
              return std::string("done");
            }),
            "done");
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, PacketsTest, testing::ValuesIn(kAll));

}  // namespace
}  // namespace rehearse
