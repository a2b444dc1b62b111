// "Rollback Verification": one changed fact, one item that fails; and where rolling a state back would destroy it.
#include "harness/judge/checks/rollback.h"

#include <gmock/gmock.h>

#include "harness/procedures/state_rollback.h"
#include "tests/unit/support/made_journal.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using made::item;
using made::not_passed;
using made::validator;
using record::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;

record::Answered signed_so_far(const std::string& checkpoint, std::int64_t height, int round = 0, int step = 3) {
  return {checkpoint, kSigningState, {}, 0, "file", true, false, {{"height", height}, {"round", round}, {"step", step}}, ""};
}

// The upgrade judged as a rollback, in which signing states were read at the halt, before the start and at the end.
made::Upgrade healthy_rollback() {
  auto u = made::healthy();
  u.scenario.after = {"rollback-verification"};
  for (int i = 1; i <= 4; ++i) {
    u.add(4.0, validator(i), signed_so_far("halted", made::kHeight));
    u.add(4.2, validator(i), signed_so_far("restored", made::kHeight));
    u.add(5.5, validator(i), signed_so_far("resumed", made::kHeight + 1, 0, 2));
  }
  return u;
}

TEST(RollbackChecks, EachIsPassedByAHealthyRollback) {
  const auto u = healthy_rollback();
  EXPECT_THAT(not_passed(u), ElementsAre());
  const auto record = u.judged();
  EXPECT_EQ(item(record, "Restored Version", "validator-1").outcome, Outcome::pass);
  EXPECT_EQ(item(record, "Height Advancing").outcome, Outcome::pass);
  EXPECT_EQ(item(record, "App Hashes Equal").outcome, Outcome::pass);
  EXPECT_EQ(item(record, "Last Signed Height", "validator-4").actual, "20/0/3 (halted) to 21/0/2 (resumed)");
}

TEST(RollbackChecks, RestoredVersionNamesTheNodeOnAnother) {
  auto u = healthy_rollback();
  u.answer("after", "app-version", "validator-2").value = "v1.0.0";
  EXPECT_THAT(not_passed(u), ElementsAre("Restored Version (validator-2): fail"));
}

TEST(RollbackChecks, HeightAdvancingFailsWhenANodeStaysBehind) {
  auto u = healthy_rollback();
  std::erase_if(u.made, [](const auto& e) {
    const auto* h = std::get_if<record::HeadSeen>(&e.body);
    return h && e.node == "validator-4" && h->store_height == made::kLast;
  });
  EXPECT_THAT(not_passed(u), ElementsAre("Height Advancing (network): fail"));
}

TEST(RollbackChecks, AppHashesEqualFailsWhenOneDiffers) {
  auto u = healthy_rollback();
  u.answer("after", "app-hash", "validator-3", made::kHeight + 2).value = "ANOTHER";
  EXPECT_THAT(not_passed(u), ElementsAre("App Hashes Equal (network): fail"));
}

TEST(RollbackChecks, LastSignedHeightFailsWhenHeightRoundOrStepGoesBack) {
  for (const auto& last :
       {signed_so_far("resumed", made::kHeight - 1, 9), signed_so_far("resumed", made::kHeight, 0, 2)}) {
    auto u = healthy_rollback();
    u.add(5.6, "validator-3", last);
    EXPECT_THAT(not_passed(u), ElementsAre("Last Signed Height (validator-3): fail"));
  }
  auto u = healthy_rollback();
  u.add(4.1, "validator-3", signed_so_far("restored", made::kHeight, 1, 1));
  EXPECT_EQ(item(u.judged(), "Last Signed Height", "validator-3").message, "it went back from 20/1/1 to 20/0/3");
}

TEST(RollbackChecks, LastSignedHeightIsProvenByTwoReadingsAtLeast) {
  auto u = healthy_rollback();
  std::erase_if(u.made, [](const auto& e) {
    const auto* a = std::get_if<record::Answered>(&e.body);
    return a && a->question == kSigningState && e.node == "validator-1" && a->checkpoint != "halted";
  });
  EXPECT_THAT(not_passed(u), ElementsAre("Last Signed Height (validator-1): inconclusive"));
}

TEST(RollbackChecks, LastSignedHeightIsNotProvenByAFileThatCannotBeRead) {
  auto u = healthy_rollback();
  auto& a = u.answer("restored", kSigningState, "validator-2");
  a.answered = false;
  a.error = "priv_validator_state.json: holds no height, round and step";
  EXPECT_THAT(not_passed(u), ElementsAre("Last Signed Height (validator-2): inconclusive"));
}

// --- Rolling the state back, with the upgrade at 10. Nothing can be run here: there is no network.

class StateRollback : public made::RehearsalTest {
 protected:
  StateRollback() { r_.record(record::PlanProposed{"v2", "", "1", 10}); }
  void says(const std::string& pattern) { r_.log_line("a", {pattern, "a line", false, {}, "", 0, 1}); }
  std::string why() { return destroyed_by_rollback(r_.view(), "a"); }
};

TEST_F(StateRollback, IsRefusedAcrossTheUpgradeBeforeAnythingIsRun) {
  at("a", 9);
  at("b", 10);
  EXPECT_THAT(failure<StepFailed>([&] { roll_back_state(r_, {"a", "b"}); }), HasSubstr("b: its state is that after 10"));
}

TEST_F(StateRollback, IsRefusedWhenTheUpgradeMayHaveBeenStored) {
  at("a", 9);
  EXPECT_EQ(why(), "");
  says("applying-upgrade");
  EXPECT_THAT(why(), HasSubstr("the upgrade height"));
  says("replay-error");
  EXPECT_EQ(why(), "") << "it said that it was not";
}

TEST_F(StateRollback, DestroysNothingBeforeOrBeyondTheUpgrade) {
  r_.head("a", {10, "", 9, "", "v1", false});  // halted: block 10 is stored, and not executed
  EXPECT_EQ(why(), "");
  at("a", 11);
  EXPECT_EQ(why(), "");
}

class PatchRollback : public made::RehearsalTest {};

TEST_F(PatchRollback, DestroysNothingWithoutAnUpgrade) {
  at("a", 10);
  EXPECT_EQ(destroyed_by_rollback(r_.view(), "a"), "");
}

}  // namespace
}  // namespace rehearse
