// An upgrade that is called off is judged against the old release: each item that would be passed by the new
// one fails.
#include <gmock/gmock.h>

#include "harness/judge/diagnosis/diagnose.h"
#include "tests/unit/support/found.h"
#include "tests/unit/support/made_withdrawn.h"

namespace rehearse {
namespace {

using made::called_off;
using made::item;
using made::not_passed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Withdrawn, IsPassedWhenNothingChanges) {
  const auto record = called_off().judged();
  EXPECT_EQ(record.verdict, "pass");
  EXPECT_THAT(not_passed(record), IsEmpty());
  EXPECT_EQ(item(record, "Version", "validator-3").expected, "v1.0.0");
  EXPECT_EQ(item(record, "Upgrade Applied").expected, "never");
  EXPECT_EQ(item(record, "Module Versions").expected, "3 modules as the release says");
}

TEST(Withdrawn, IsNoFailureAtAnyMoment) {
  made::expect_no_tripwire(called_off());
  EXPECT_THAT(made::found_in(called_off()), testing::IsEmpty());
}

// The same journal, of a procedure that meant to carry the plan out.
TEST(Withdrawn, IsAChainThatDidNotHaltWhenThePlanWasToBeCarriedOut) {
  auto u = called_off();
  u.erase<record::ExpectedOutcome>();
  const auto proven = proven_failure(u.view());
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->cause, Cause::chain_did_not_halt);
}

TEST(Withdrawn, VersionFailsOnANodeThatRunsTheNewRelease) {
  auto u = called_off();
  u.answer(kAfter, "app-version", "validator-2").value = "v2.0.0";
  EXPECT_THAT(not_passed(u),
              ElementsAre("Version (validator-2): fail", "Validator Versions (network): fail"));
  EXPECT_EQ(item(u.judged(), "Validator Versions").message, "not on v1.0.0: validator-2");
}

TEST(Withdrawn, UpgradeAppliedFailsWhenThePlanWas) {
  auto u = called_off();
  auto& a = u.answer(kAfter, "applied-plan");
  a.absent = false, a.value = "20";
  EXPECT_THAT(not_passed(u), ElementsAre("Upgrade Applied (network): fail"));
  EXPECT_EQ(item(u.judged(), "Upgrade Applied").message, "the plan was applied");
}

TEST(Withdrawn, UpgradePlanClearedFailsWhileThePlanStands) {
  auto u = called_off();
  auto& a = u.answer(kAfter, "current-plan");
  a.absent = false, a.value = {{"name", "v2.0.0"}, {"height", "20"}};
  EXPECT_THAT(not_passed(u), ElementsAre("Upgrade Plan Cleared (network): fail"));
}

TEST(Withdrawn, RecordsKeptFailsWhenTheyAreMigrated) {
  auto u = called_off();
  u.answer(kAfter, "scored-records").value = made::healthy().answer(kAfter, "scored-records").value;
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
  EXPECT_THAT(item(u.judged(), "Records Kept").message, HasSubstr("identity records differ"));
}

// What the profile lets a migration change, nobody else may.
TEST(Withdrawn, RecordsKeptFailsWhenAFieldChangesThatOnlyTheMigrationMay) {
  auto u = called_off();
  u.answer(kAfter, "veid-params").value["max_records_per_owner"] = "20000";
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
}

TEST(Withdrawn, ModuleVersionsFailsForOneOfTheNewRelease) {
  auto u = called_off();
  u.answer(kAfter, "module-versions").value[2]["version"] = "2";
  EXPECT_THAT(not_passed(u), ElementsAre("Module Versions (network): fail"));
  EXPECT_EQ(item(u.judged(), "Module Versions").message, "veid is 2, not 1");
}

TEST(Withdrawn, ModuleVersionsIsSkippedWhenTheOldReleaseDoesNotSayThem) {
  auto u = called_off();
  u.all<record::ReleasesOpened>().front()->from_module_versions.clear();
  EXPECT_THAT(not_passed(u), ElementsAre("Module Versions (network): skipped"));
}

}  // namespace
}  // namespace rehearse
