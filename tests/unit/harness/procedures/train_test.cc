// A run of several procedures: each has moments, steps and releases of its own, and the whole is judged against what there was
// before the first.
#include "tests/unit/support/made_train.h"

#include <gmock/gmock.h>

#include "harness/judge/checks/check.h"
#include "harness/view/timing.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

namespace at = made::at;
using made::item;
using made::not_passed;
using made::train;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

using record::Answered;

Answered supply(const std::string& checkpoint, const std::string& value) {
  return {checkpoint, "supply", {}, 0, "rest", true, false, value, ""};
}

TEST(Train, PassesAsAWhole) {
  const auto record = train().judged();
  EXPECT_THAT(not_passed(record), IsEmpty());
  EXPECT_EQ(record.verdict, "pass");
  EXPECT_EQ(record.from.value_or(record::Provenance{}).printed_version, "v1.0.0") << "not that of its last leg";
}

TEST(Train, IsJudgedByWhatWasAskedOutsideOfItsLegs) {
  auto u = train();
  auto of_leg = u.answer(kBefore, "balance");
  of_leg.checkpoint = "chain/before", of_leg.value = "of the leg";
  u.add(made::kLegBegins + 0.1, "validator-1", of_leg);
  EXPECT_THAT(not_passed(u), IsEmpty());
  u.answer(kBefore, "balance").value = "another";
  EXPECT_THAT(not_passed(u), testing::Contains("Balances Kept (network): fail"));
}

TEST(Train, HasItsPlanCarriedOutAtItsHeightWhateverCameAfter) {
  auto u = train();
  u.all<record::ExpectedOutcome>().front()->height = made::kHeight + 1;
  EXPECT_EQ(item(u.judged(), "Upgrade Applied").outcome, record::Outcome::pass);
  u.answer(kAfter, "applied-plan").value = "21";
  EXPECT_EQ(item(u.judged(), "Upgrade Applied").outcome, record::Outcome::fail);
}

// What a leg is judged by while it is under way.
TEST(Leg, HasAnswersAPlanAndReleasesOfItsOwn) {
  auto u = train();
  u.cut(made::kLegEnds);
  u.add(made::kLegBegins + 0.1, "validator-1", supply("chain/before", "of the leg"));
  const auto view = u.view();
  const Context c{view, u.scenario, u.profile};
  ASSERT_TRUE(view.leg());
  EXPECT_EQ(view.answer(kBefore, "supply", "validator-1")->answer.value, "of the leg");
  EXPECT_FALSE(view.answer(kBefore, "scored-records", "validator-1")) << "asked before it began";
  EXPECT_EQ(c.releases()->from.printed_version, "v1.0.1");
  ASSERT_TRUE(c.plan());
  EXPECT_EQ(c.upgrade_height(), made::kHeight);

  u.add(made::kLegEnds, "", record::LegEnded{"chain"});
  u.add(made::kLegEnds, "", record::LegStarted{"model", "Model", *u.all<record::ReleasesOpened>().front()});
  const auto next = u.view();
  const Context of_model{next, u.scenario, u.profile};
  EXPECT_FALSE(of_model.plan()) << "it was another's";
  EXPECT_FALSE(next.answer(kBefore, "supply", "validator-1"));
}

TEST(Train, IsHeldAgainstItsOwnListsWhereItEndsWithinALeg) {
  auto u = train();
  u.stop(made::kLegEnds - 0.1, StopReason::step_failed, "no block", Cause::blocks_missed);
  ASSERT_TRUE(u.view().leg());
  const auto record = u.judged();
  EXPECT_EQ(item(record, "Final health check").outcome, record::Outcome::pass);
  EXPECT_EQ(item(record, "Balances Kept").outcome, record::Outcome::skipped);
}

TEST(Train, HasATimeForEachOfItsLegs) {
  const auto view = train().view();
  const auto t = timing_of(view);
  std::vector<std::string> names;
  double sum = 0;
  for (const auto& p : t.parts) names.push_back(p.name), sum += p.seconds;
  EXPECT_THAT(names, ElementsAre("launch", "preflight", "prepare", "boot", "patch", "chain", "checks", "teardown"));
  EXPECT_NEAR(sum, t.wall_s, 1e-6);
  const auto entries = timeline_of(view);
  for (const char* what : {"Patch begins", "Patch verified", "Chain upgrade begins", "Chain upgrade verified"})
    EXPECT_THAT(entries, Contains(Field(&record::TimelineEntry::what, what)));
}

// The service level of the chain's upgrade is not that of what comes after it.
TEST(Train, VerifiesTheUpgradeWhenItsLegIsOver) {
  auto u = train();
  u.scenario.service_levels.scale = 3600 / (made::kLegEnds - at::kHalt) - 1;
  EXPECT_EQ(item(u.judged(), "Full verification complete").outcome, record::Outcome::pass);
  u.scenario.service_levels.scale += 2;
  EXPECT_EQ(item(u.judged(), "Full verification complete").outcome, record::Outcome::fail);
}

class LegTest : public made::RehearsalTest {};

TEST_F(LegTest, NamesItsStepsAndMoments) {
  Leg leg;
  leg.scenario.after = {"network-verification"};
  leg.to.name = "v1.0.1";
  r_.record(record::LegStarted{"patch", "Patch", {}});
  r_.set_leg(leg);
  EXPECT_EQ(r_.scenario().after, leg.scenario.after);
  EXPECT_EQ(r_.to().name, "v1.0.1");
  r_.step("before", "State before", "Runbook", [&] {
    r_.record(supply(kBefore, "1"), "a");
    return "";
  });
  EXPECT_TRUE(r_.view().answer(kBefore, "supply", "a"));
  r_.record(record::LegEnded{"patch"});
  r_.set_leg(std::nullopt);
  EXPECT_EQ(r_.to().name, "");
  r_.step("before", "State before", "Runbook", [] { return ""; });
  EXPECT_THAT(r_.scenario().after, IsEmpty());
  EXPECT_FALSE(r_.view().answer(kBefore, "supply", "a"));
  ASSERT_EQ(r_.view().steps.size(), 2u);
  EXPECT_EQ(r_.view().steps[0].step.step, "patch/before");
  EXPECT_EQ(r_.view().steps[0].step.title, "Patch: State before");
  EXPECT_EQ(r_.view().steps[1].step.step, "before");
}

TEST_F(LegTest, WhatStoppedNodesSayIsOfTheWholeRun) {
  r_.record(record::LegStarted{"chain", "Chain upgrade", {}});
  r_.record(supply(kStopped, "1"), "a");
  EXPECT_EQ(r_.view().answers.back().answer.checkpoint, kStopped);
}

}  // namespace
}  // namespace rehearse
