// What unbonds, on a chain that pays it out, or does not.
#include "harness/procedures/unbondings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/support/made_chain.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

// A block a second of the chain's clock. Of what is delegated to oper-a alice unbonds 70e18 until second 20, and bob, once the chain
// is upgraded, 30 until second 25.
class UnbondingsTest : public made::ChainTest {
 protected:
  UnbondingsTest() {
    r_.record(record::PlanProposed{"v2", "", "1", 8});
    profile_.questions["validators"] = {rest("/validators", "/validators")};
    profile_.questions["unbondings"] = {rest("/unbondings", "/unbonding_responses")};
    profile_.questions["balance"] = {rest("/balance/{address}", "/amount")};
    start_chain();
  }


  void next_block() override {
    ++height_;
    Block block;
    block.height = height_, block.time = height_ * 1'000'000;
    r_.block("a", block);
    for (const char* node : {"a", "b"}) at(node, height_);
    while (!http_.open.empty()) http_.answer(200, answer(http_.open.front().request.url));
  }

  json answer(const std::string& url) const {
    if (url.ends_with("/validators")) return {{"validators", {{{"operator_address", "oper-a"}}}}};
    if (url.ends_with("/alice")) return {{"amount", height_ >= 20 ? paid_ : "0"}};
    if (url.ends_with("/bob")) return {{"amount", std::to_string(1000 + (height_ >= 25 ? 30 : 0))}};
    auto open = json::array();
    const auto add = [&](const char* delegator, int began, int until, const char* amount) {
      if (height_ < until || stuck_ || (forgotten_ && height_ < 25))
        open.push_back({{"delegator_address", delegator},
                        {"entries", {{{"creation_height", std::to_string(began)}, {"completion_time", fmt::format("1970-01-01T00:{:02}:{:02}Z", until / 60, until % 60)}, {"balance", amount}}}}});
    };
    if (unbonds_) add("alice", 5, until_, "70000000000000000000"), add("bob", 10, 25, "30");
    return {{"unbonding_responses", open}};
  }

  StepFailed failed() {
    return ChainTest::failed([this] { await_unbondings(r_); });
  }

  int until_ = 20;
  const char* paid_ = "70000000000000000000";
  bool stuck_ = false, forgotten_ = false, unbonds_ = true;
};

TEST_F(UnbondingsTest, EndWhenTheirTimeIsOver) {
  EXPECT_EQ(await_unbondings(r_), "2 unbonding delegations are paid out, 1 of them begun before the upgrade");
  EXPECT_GT(height_, 25) << "the chain's clock";
}

TEST_F(UnbondingsTest, ThatGoOnForEverAreFound) {
  stuck_ = true;
  const auto e = failed();
  EXPECT_EQ(e.cause, Cause::afterwards_failed);
  EXPECT_THAT(e.what(), HasSubstr("70000000000000000000 of alice, taken from oper-a at 5 is still unbonding after block 21, 1.0 s after its time was over"));
}

// As x/staking does with the next of the same delegator and validator.
TEST_F(UnbondingsTest, ThatEndWithALaterOneAreFound) {
  forgotten_ = true;
  EXPECT_THAT(failed().what(), HasSubstr("70000000000000000000 of alice, taken from oper-a at 5 is still unbonding after block 21"));
}

TEST_F(UnbondingsTest, ThatAreNotPaidOutAreFound) {
  paid_ = "69999999999999999999";
  const auto e = failed();
  EXPECT_EQ(e.cause, Cause::afterwards_failed);
  EXPECT_THAT(e.what(), HasSubstr("alice has got 69999999999999999999 of the 70000000000000000000 that it unbonded"));
}

TEST_F(UnbondingsTest, ThatAreNotThereProveNothing) {
  unbonds_ = false;
  EXPECT_EQ(failed().cause, Cause::not_proven);
}

TEST_F(UnbondingsTest, ThatTakeLongerThanARehearsalProveNothing) {
  until_ = 80;
  const auto e = failed();
  EXPECT_EQ(e.cause, Cause::not_proven);
  EXPECT_THAT(e.what(), HasSubstr("set app_state.staking.params.unbonding_time"));
}

}  // namespace
}  // namespace rehearse
