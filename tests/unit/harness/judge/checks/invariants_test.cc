// Store Invariants: what held before the upgrade and does not after it.
#include <gmock/gmock.h>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/diagnosis/rules.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using record::InvariantHeld;
using record::Outcome;
using record::StateChanges;
using testing::HasSubstr;

constexpr const char* kShares = "a validator's shares are those of its delegations";

class InvariantsTest : public testing::Test {
 protected:
  void invariants(std::vector<InvariantHeld> all) {
    auto& value = u_.answer(rehearse::kStopped, kStateChanges, "validator-1", made::kHeight).value;
    auto changes = value.get<StateChanges>();
    changes.invariants = std::move(all);
    value = changes;
  }
  void announce(const std::string& name) {
    u_.all<record::RunStarted>().front()->conditions["changes"] = {{"invariants", {name}}};
  }
  record::CheckResult found() { return item(u_.judged(), "Store Invariants"); }

  static InvariantHeld broken() {
    return {kShares, made::kHeight, 5, {"0x21 of validator 0x01: 2, not 1"}, ""};
  }
  static InvariantHeld silent() {
    return {"supply", 0, 0, {}, "it did not hold before the upgrade: uve: 1, not 2"};
  }

  made::Upgrade u_ = healthy();
};

TEST_F(InvariantsTest, ArePassedByAHealthyUpgrade) {
  EXPECT_EQ(found().outcome, Outcome::pass);
  EXPECT_EQ(found().actual, "1 of 1 hold");
}

TEST_F(InvariantsTest, FailForOneThatHeldBeforeAndDoesNotAfter) {
  invariants({broken()});
  EXPECT_EQ(found().outcome, Outcome::fail);
  const auto run = u_.judged();
  EXPECT_EQ(run.diagnosis.value().cause, Cause::invariant_broken);
  EXPECT_THAT(run.diagnosis->first_evidence,
              HasSubstr("shares are those of its delegations\" does not hold at 20: 0x21 of validator 0x01: "
                        "2, not 1; and 4 more"));
  EXPECT_THAT(found().actual, HasSubstr("changes: {invariants: [\"a validator's shares"));
}

TEST_F(InvariantsTest, SayNothingOfWhatDidNotHoldBefore) {
  invariants({{kShares, 0, 0, {}, ""}, silent()});
  EXPECT_EQ(found().outcome, Outcome::pass);
  EXPECT_THAT(found().actual,
              HasSubstr("1 of 2 hold; not looked at: \"supply\": it did not hold before the upgrade"));
  invariants({silent()});
  EXPECT_EQ(found().outcome, Outcome::skipped);
}

TEST_F(InvariantsTest, NeedNotHoldWhereItIsAnnounced) {
  invariants({broken()});
  announce(kShares);
  EXPECT_EQ(found().outcome, Outcome::pass);
  announce("supply");
  EXPECT_EQ(found().outcome, Outcome::fail);
  invariants({{kShares, 0, 0, {}, ""}});
  EXPECT_EQ(found().outcome, Outcome::inconclusive) << "there is none of that name";
}

TEST_F(InvariantsTest, AreSkippedWhereTheProfileHasNone) {
  invariants({});
  EXPECT_EQ(found().outcome, Outcome::skipped);
}

}  // namespace
}  // namespace rehearse
