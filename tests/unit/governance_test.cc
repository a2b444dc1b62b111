// Transactions on their way to a node that a fault takes away. The chain's program is a shell script.
#include "harness/procedures/governance.h"

#include <gmock/gmock.h>

#include "made_rehearsal.h"

namespace rehearse {
namespace {

class Scripted : public Network {
 public:
  using Network::Network;
  Respondent respondent(const std::string& node) override { return {"http://" + node, "", plan().binary, {{"rpc", node}}}; }
};

// The first time nobody takes it.
class BroadcastTest : public made::RehearsalTest {
 protected:
  BroadcastTest() {
    profile_.transaction = {"--node", "{rpc}"};
    NetworkPlan plan;
    plan.folder = folder_.path();
    const auto tried = folder_ / "tried";
    plan.binary = folder_.script("chain", "[ -e " + tried.string() + " ] && { echo \"{\\\"txhash\\\": \\\"$3\\\"}\"; exit; }\ntouch " +
                                              tried.string() + "\necho connection refused >&2\nexit 1\n");
    network_.emplace(loop_, http_, r_, profile_, addresses_, std::move(plan));
    r_.set_network(&*network_);
  }
  void take_away(const std::string& node) {
    r_.record(record::FaultPlanned{"1", "kill", "voting", node, {node}, {}, 1});
    r_.record(record::FaultMoved{"1", "injecting", "", {node}, {node}, 0});
  }
  AddressBlock addresses_ = AddressBlock::claim(folder_.path());
  std::optional<Scripted> network_;
};

TEST_F(BroadcastTest, WhatANodeWasNotThereToTakeIsSentToAnother) {
  take_away("b");
  const auto sent = broadcast(r_, {{"b", {"vote"}}});
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].hash, "a") << "whom it was sent to";
}

TEST_F(BroadcastTest, TheSameWhenTheNodeIsBackByThen) {
  soon([this] {
    take_away("b");
    r_.record(record::FaultMoved{"1", "recovered", "", {}, {}, 0});
  });
  EXPECT_EQ(broadcast(r_, {{"b", {"vote"}}}).at(0).hash, "b");
}

TEST_F(BroadcastTest, WhatIsRefusedWithoutAFaultFails) {
  take_away("a");
  EXPECT_THAT(failure<StepFailed>([this] { broadcast(r_, {{"b", {"vote"}}}); }), testing::HasSubstr("connection refused"));
}

}  // namespace
}  // namespace rehearse
