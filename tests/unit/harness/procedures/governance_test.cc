// Transactions on their way to a node that a fault takes away. The chain's program is a shell script.
#include "harness/procedures/governance.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;

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
    r_.record(record::FaultTransition{"1", FaultState::injecting, "", {node}, {node}, 0});
  }
  AddressBlock addresses_ = AddressBlock::claim(folder_.path());
  std::optional<made::FakeNetwork> network_;
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
    r_.record(record::FaultTransition{"1", FaultState::recovered, "", {}, {}, 0});
  });
  EXPECT_EQ(broadcast(r_, {{"b", {"vote"}}}).at(0).hash, "b");
}

TEST_F(BroadcastTest, WhatIsRefusedWithoutAFaultFails) {
  take_away("a");
  EXPECT_THAT(failure<StepFailed>([this] { broadcast(r_, {{"b", {"vote"}}}); }), testing::HasSubstr("connection refused"));
}

class TooLateTest : public made::RehearsalTest {
 protected:
  Cause cause() const { return too_late(r_.view(), "it was there before").cause; }
  void begin_fault(bool disruptive) {
    r_.record(record::FaultPlanned{"1", "kill", "voting", "a", {"a"}, {}, 1, disruptive});
    r_.record(record::FaultTransition{"1", FaultState::injecting, "", {"a"}, {"a"}, 0});
  }
};

TEST_F(TooLateTest, IsTheMachinesDoingWithoutAFault) {
  r_.record(record::FaultPlanned{"1", "kill", "waiting", "a", {"a"}, {}, 1});
  EXPECT_EQ(cause(), Cause::machine_stalled) << "it was not begun";
}

TEST_F(TooLateTest, IsTheFaultsDoingWhenOneWasBegun) {
  begin_fault(true);
  r_.record(record::FaultTransition{"1", FaultState::recovered, "", {}, {}, 0});
  EXPECT_EQ(cause(), Cause::fault_in_the_way);
}

TEST_F(TooLateTest, IsTheMachinesDoingWhenTheFaultHindersNothing) {
  begin_fault(false);
  EXPECT_EQ(cause(), Cause::machine_stalled);
}

// The chain goes on, and knows the transactions that the test names.
class InclusionTest : public made::RehearsalTest {
 protected:
  // What the chain's program prints the first time, and from then on.
  void prints(const std::string& first, const std::string& later) {
    profile_.transaction = {"--node", "{rpc}"};
    AnswerSource source;
    source.rest = "/txs/{hash}";
    source.at = "/tx_response";
    source.absent_status = {404};
    profile_.questions["transaction"] = {source};
    NetworkPlan plan;
    plan.folder = folder_.path();
    const auto sent = (folder_ / "sent").string();
    plan.binary = folder_.script("chain", "[ -e " + sent + " ] && first=no\necho $3 >>" + sent + "\n[ $first ] && echo '" + later +
                                              "' || echo '" + first + "'\n");
    network_.emplace(loop_, http_, r_, profile_, addresses_, std::move(plan));
    r_.set_network(&*network_);
    chain_ = loop_.every(1ms, [this] {
      while (!http_.open.empty()) {
        const auto& url = http_.open.front().request.url;
        const bool known = known_(url.substr(url.rfind('/') + 1));
        http_.answer(known ? status_ : 404, nlohmann::json{{"tx_response", {{"code", 0}, {"height", "9"}}}});
      }
      at("a", height_ += blocks_), at("b", height_);
    });
  }
  void take_away() {
    r_.record(record::FaultPlanned{"1", "kill", "voting", "a", {"a"}, {}, 1});
    r_.record(record::FaultTransition{"1", FaultState::injecting, "", {"a"}, {"a"}, 0});
  }
  void take_away_for_a_moment() {
    take_away();
    r_.record(record::FaultTransition{"1", FaultState::recovered, "", {}, {}, 0});
  }
  std::vector<std::string> sent_to() const {
    std::ifstream file(folder_ / "sent");
    return {std::istream_iterator<std::string>(file), {}};
  }
  std::string hash_of_vote() { return send_transactions(r_, {{"a", {"vote"}}}).at(0).hash; }

  std::function<bool(const std::string& hash)> known_;
  std::int64_t height_ = 5, blocks_ = 1;
  int status_ = 200;
  AddressBlock addresses_ = AddressBlock::claim(folder_.path());
  std::optional<made::FakeNetwork> network_;
  Loop::Handle chain_;
};

constexpr const char* kFirst = R"({"txhash": "first", "code": 0})";

TEST_F(InclusionTest, WhatWasLostWithItsNodeIsSentAgain) {
  prints(kFirst, R"({"txhash": "again", "code": 0})");
  known_ = [](const auto& hash) { return hash == "again"; };
  soon([this] { take_away_for_a_moment(); }, 20ms);
  EXPECT_EQ(hash_of_vote(), "again");
}

// Its node is cut off until the test ends.
TEST_F(InclusionTest, WhatIsHeldByANodeOutOfReachIsSentToAnother) {
  prints(kFirst, R"({"txhash": "again", "code": 0})");
  known_ = [](const auto& hash) { return hash == "again"; };
  soon([this] { take_away(); }, 20ms);
  EXPECT_EQ(hash_of_vote(), "again");
  EXPECT_THAT(sent_to(), testing::ElementsAre("a", "b"));
}

// The second has the next sequence number then, and may well fail: it is done already.
TEST_F(InclusionTest, TheFirstCountsWhenItGotIntoABlockAfterAll) {
  prints(kFirst, R"({"txhash": "again", "code": 0})");
  known_ = [this](const auto& hash) { return hash == "first" && sent_to().size() == 2; };
  soon([this] { take_away(); }, 20ms);
  EXPECT_EQ(hash_of_vote(), "first");
}

TEST_F(InclusionTest, WhatItsNodeStillHasIsWaitedFor) {
  prints(kFirst, R"({"txhash": "first", "code": 19, "codespace": "sdk"})");
  bool in_block = false;
  known_ = [&](const auto& hash) { return hash == "first" && in_block; };
  soon([this] { take_away_for_a_moment(); }, 20ms);
  soon([&] { in_block = true; }, 60ms);
  EXPECT_EQ(hash_of_vote(), "first");
}

TEST_F(InclusionTest, ANodeThatWasAwayMayNotAnswerAtOnce) {
  prints(kFirst, kFirst);
  known_ = [](const auto&) { return true; };
  status_ = 500;
  soon([this] { status_ = 200; }, 60ms);
  soon([this] { take_away_for_a_moment(); });
  EXPECT_EQ(hash_of_vote(), "first");
}

TEST_F(InclusionTest, ANodeThatDoesNotAnswerWithoutAFaultFails) {
  prints(kFirst, kFirst);
  known_ = [](const auto&) { return true; };
  status_ = 500;
  EXPECT_THAT(failure<StepFailed>([this] { hash_of_vote(); }), testing::HasSubstr("does not say what became of"));
}

TEST_F(InclusionTest, WithoutAFaultItIsNotSentAgainAndHasToGetIntoABlock) {
  prints(kFirst, R"({"txhash": "again", "code": 0})");
  blocks_ = 30;
  known_ = [](const auto& hash) { return hash == "again"; };
  EXPECT_THAT(failure<StepFailed>([this] { hash_of_vote(); }), testing::HasSubstr("transaction first is in none of"));
}

}  // namespace
}  // namespace rehearse
