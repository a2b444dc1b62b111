// The nine items of the "State Invariants": one changed fact, one item that fails. And what holds for the
// questions of all checklists: without an answer nothing is passed.
#include <gmock/gmock.h>

#include "harness/judge/checks/check.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using made::not_passed;
using record::Answered;
using record::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(StateChecks, EachIsPassedByAHealthyUpgrade) {
  const auto record = healthy().judged();
  for (const char* title :
       {"App Hashes", "Upgrade Plan Cleared", "Upgrade Applied", "Module Versions", "Historical Query",
        "Balances Kept", "Delegations Kept", "Supply Kept", "Records Kept"})
    EXPECT_EQ(item(record, title).outcome, Outcome::pass) << title;
}

TEST(StateChecks, AppHashesFailsWhenOneNodeDiffersAtOneHeight) {
  auto u = healthy();
  u.answer("after", "app-hash", "validator-3", 23).value = "another";
  EXPECT_THAT(not_passed(u), ElementsAre("App Hashes (network): fail"));
  EXPECT_THAT(item(u.judged(), "App Hashes").actual, HasSubstr("another on validator-3;"));
}

TEST(StateChecks, UpgradePlanClearedFailsWhileAPlanIsScheduled) {
  auto u = healthy();
  auto& a = u.answer("after", "current-plan");
  a.absent = false, a.value = {{"name", "v2.0.0"}, {"height", "20"}};
  EXPECT_THAT(not_passed(u), ElementsAre("Upgrade Plan Cleared (network): fail"));
}

TEST(StateChecks, UpgradeAppliedFailsAtAnotherHeight) {
  auto u = healthy();
  u.answer("after", "applied-plan").value = "21";
  EXPECT_THAT(not_passed(u), ElementsAre("Upgrade Applied (network): fail"));
}

TEST(StateChecks, UpgradeAppliedFailsWhenThePlanWasNeverApplied) {
  auto u = healthy();
  u.answer("after", "applied-plan").absent = true;
  EXPECT_THAT(not_passed(u), ElementsAre("Upgrade Applied (network): fail"));
  EXPECT_EQ(item(u.judged(), "Upgrade Applied").actual, "never");
}

TEST(StateChecks, ModuleVersionsFailsForAModuleThatWasNotMigrated) {
  auto u = healthy();
  u.answer("after", "module-versions").value[3]["version"] = "1";
  EXPECT_THAT(not_passed(u), ElementsAre("Module Versions (network): fail"));
  EXPECT_EQ(item(u.judged(), "Module Versions").message, "veid is 1, not 2");
}

TEST(StateChecks, ModuleVersionsFailsForAModuleThatIsMissing) {
  auto u = healthy();
  u.answer("after", "module-versions").value.erase(2);
  EXPECT_THAT(not_passed(u), ElementsAre("Module Versions (network): fail"));
  EXPECT_EQ(item(u.judged(), "Module Versions").message, "group is missing");
}

TEST(StateChecks, ModuleVersionsFailsForAModuleThatShouldBeGone) {
  auto u = healthy();
  u.answer("after", "module-versions").value.push_back({{"name", "epochs"}, {"version", "1"}});
  EXPECT_THAT(not_passed(u), ElementsAre("Module Versions (network): fail"));
  EXPECT_EQ(item(u.judged(), "Module Versions").message, "epochs is too many");
}

TEST(StateChecks, ModuleVersionsIsSkippedWhenTheReleaseDoesNotSayThem) {
  auto u = healthy();
  u.all<record::ReleasesOpened>().front()->to_module_versions.clear();
  EXPECT_THAT(not_passed(u), ElementsAre("Module Versions (network): skipped"));
  EXPECT_EQ(u.judged().verdict, "pass");
}

TEST(StateChecks, HistoricalQueryFailsWhenTheStateBeforeTheUpgradeReadsDifferently) {
  auto u = healthy();
  u.answer("after", "balance", "validator-1", made::kHeight - 1).value = "1";
  EXPECT_THAT(not_passed(u), ElementsAre("Historical Query (network): fail"));
}

// That it can be asked is what the item is about: here no answer is a failure.
TEST(StateChecks, HistoricalQueryFailsWhenTheStateBeforeTheUpgradeIsNotAnswered) {
  auto u = healthy();
  auto& a = u.answer("after", "balance", "validator-1", made::kHeight - 1);
  a.answered = false, a.error = "rest: version does not exist";
  EXPECT_THAT(not_passed(u), ElementsAre("Historical Query (network): fail"));
}

void supply_is_asked_of_the_second(made::Upgrade& u) {
  for (int i = -3; i <= 3; ++i) {
    const auto other = u.answer("after", "supply", "", made::kHeight + i);
    u.answer("after", "supply", "", made::kHeight + i).answered = false;
    u.add(made::at::kAnswers, made::validator(2), other);
  }
}

// Its operator keeps the last two states only: another is asked, and if nobody keeps them that says nothing of the release.
TEST(StateChecks, HistoricalQueryAsksNobodyWhoPrunesEverything) {
  auto u = healthy();
  u.scenario.network.nodes["validator-1"].app_toml["pruning"].value = "everything";
  auto& a = u.answer("after", "balance", "validator-1", made::kHeight - 1);
  a.answered = false, a.error = "rest: version does not exist";
  auto answered = a;
  answered.answered = true, answered.value = u.answer("before", "balance").value;
  u.add(6.9, "validator-2", answered);
  supply_is_asked_of_the_second(u);
  EXPECT_THAT(not_passed(u), IsEmpty());
  u.scenario.network.app_toml["pruning"].value = "everything";
  EXPECT_THAT(not_passed(u), testing::UnorderedElementsAre("Supply Kept (network): skipped", "Historical Query (network): skipped"));
  EXPECT_EQ(u.judged().verdict, "pass");
}

TEST(StateChecks, BalancesKeptFailsWhenTheWatchedAccountChanges) {
  auto u = healthy();
  u.answer("after", "balance").value = "123456788";
  EXPECT_THAT(not_passed(u), ElementsAre("Balances Kept (network): fail"));
}

TEST(StateChecks, DelegationsKeptFailsWhenOneChanges) {
  auto u = healthy();
  u.answers("after", "delegation").at(2)->value = "20000001";
  EXPECT_THAT(not_passed(u), ElementsAre("Delegations Kept (network): fail"));
}

TEST(StateChecks, DelegationsKeptFailsWhenOneIsGone) {
  auto u = healthy();
  auto& a = *u.answers("after", "delegation").at(3);
  a.absent = true, a.value = nullptr;
  EXPECT_THAT(not_passed(u), ElementsAre("Delegations Kept (network): fail"));
}

TEST(StateChecks, DelegationsKeptAllowsForTheSlashOfWhoWasJailed) {
  auto u = healthy();
  u.answers("after", "delegation").at(2)->value = "29700000";
  u.answer("after", "signing-info", "validator-3").value["jailed_until"] = "2026-01-01T00:00:20Z";
  for (auto* s : u.all<record::Surveyed>()) s->parameters["slashing"]["slash_fraction_downtime"] = "0.010000000000000000";
  EXPECT_THAT(not_passed(u), IsEmpty());
  EXPECT_THAT(item(u.judged(), "Delegations Kept").actual, HasSubstr("1 slashed"));
  u.answers("after", "delegation").at(2)->value = "29699998";
  EXPECT_THAT(not_passed(u), ElementsAre("Delegations Kept (network): fail"));
  u.answers("after", "delegation").at(2)->value = "29700000";
  u.answer("after", "signing-info", "validator-3").value["jailed_until"] = "1970-01-01T00:00:00Z";
  EXPECT_THAT(not_passed(u), ElementsAre("Delegations Kept (network): fail"));
}

TEST(StateChecks, SupplyKeptIsOfTheUpgradeNotOfTheBlocksAroundIt) {
  auto u = healthy();
  u.answer("before", "supply").value = "4000223000000";  // an epoch has paid since
  EXPECT_THAT(not_passed(u), IsEmpty());
  u.answer("after", "supply", "", made::kHeight - 1).answered = false;
  EXPECT_THAT(not_passed(u), ElementsAre("Supply Kept (network): inconclusive"));
}

TEST(StateChecks, SupplyKeptAsksNobodyWhoPrunesEverything) {
  auto u = healthy();
  u.scenario.network.nodes["validator-1"].app_toml["pruning"].value = "everything";
  supply_is_asked_of_the_second(u);
  EXPECT_EQ(item(u.judged(), "Supply Kept").outcome, Outcome::pass);
  u.scenario.network.app_toml["pruning"].value = "everything";
  EXPECT_EQ(item(u.judged(), "Supply Kept").outcome, Outcome::skipped);
}

TEST(StateChecks, SupplyKeptIsOfBeforeAndAfterWhereNoPlanIsCarriedOut) {
  auto u = healthy();
  u.add(made::at::kAnswers - 0.01, "", record::ExpectedOutcome{made::kHeight, WhichRelease::to, false});
  auto later = u.answer("after", "supply", "", made::kHeight);
  later.height = 0, later.value = "4000223456790";
  u.add(made::at::kAnswers, made::validator(1), later);
  EXPECT_THAT(not_passed(u), testing::Contains("Supply Kept (network): fail"));
}

TEST(StateChecks, SupplyKeptFailsWhenCoinsAppear) {
  auto u = healthy();
  u.answer("after", "supply", "", made::kHeight).value = "4000223456790";
  EXPECT_THAT(not_passed(u), ElementsAre("Supply Kept (network): fail"));
}

TEST(StateChecks, SupplyKeptIsSkippedWhereOrdinaryBlocksArePruned) {
  auto u = healthy();
  for (const int below : {2, 3}) u.answer("after", "supply", "", made::kHeight - below).answered = false;
  EXPECT_EQ(item(u.judged(), "Supply Kept").outcome, Outcome::pass) << "nothing is minted";
  u.answer("after", "supply", "", made::kHeight).value = "4000223456790";
  EXPECT_EQ(item(u.judged(), "Supply Kept").outcome, Outcome::skipped);
}

TEST(StateChecks, SupplyKeptFailsWhenBlocksMintMoreFromThenOn) {
  const auto outcome_of = [](int minted_before, int minted_since) {
    auto u = healthy();
    for (int i = -3; i <= 3; ++i)
      u.answer("after", "supply", "", made::kHeight + i).value = std::to_string(4000223456789 + i * (i > 0 ? minted_since : minted_before));
    return item(u.judged(), "Supply Kept").outcome;
  };
  EXPECT_EQ(outcome_of(1000, 10'000), Outcome::fail);
  EXPECT_EQ(outcome_of(0, 1000), Outcome::fail);
  EXPECT_EQ(outcome_of(1000, 1900), Outcome::pass);
  EXPECT_EQ(outcome_of(1000, -500), Outcome::pass) << "fees that are burned";
  EXPECT_EQ(outcome_of(-500, -100), Outcome::pass) << "fewer of them";
}

TEST(StateChecks, SupplyKeptLetsCoinsComeAsWithEveryBlock) {
  auto u = healthy();
  for (int i = 0; i < 4; ++i) u.answer("after", "supply", "", made::kHeight - i).value = std::to_string(4000223456789 - 1000 * i);
  EXPECT_EQ(item(u.judged(), "Supply Kept").outcome, Outcome::pass);
  u.answer("after", "supply", "", made::kHeight).value = "4000223466789";  // eleven times as many
  EXPECT_EQ(item(u.judged(), "Supply Kept").outcome, Outcome::fail);
  u.answer("after", "supply", "", made::kHeight).value = "4000223454789";  // fewer
  EXPECT_EQ(item(u.judged(), "Supply Kept").outcome, Outcome::fail);
}

TEST(StateChecks, RecordsKeptFailsWhenOneOfFourIsLost) {
  auto u = healthy();
  u.answer("after", "scored-records").value.erase(1);
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
}

TEST(StateChecks, RecordsKeptFailsWhenAScoreIsNotScaled) {
  auto u = healthy();
  u.answer("after", "scored-records").value[2]["score"] = 53;
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
  EXPECT_THAT(item(u.judged(), "Records Kept").message, HasSubstr("/2/score"));
}

TEST(StateChecks, RecordsKeptFailsWhenAnOwnerChanges) {
  auto u = healthy();
  u.answer("after", "scored-records").value[0]["owner"] = "ve1somebody";
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
}

TEST(StateChecks, RecordsKeptFailsWhenAllAreGone) {
  auto u = healthy();
  u.answer("after", "scored-records").absent = true;
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
  EXPECT_EQ(item(u.judged(), "Records Kept").message, "identity records are gone");
}

TEST(StateChecks, RecordsKeptFailsWhenAParameterIsNotScaled) {
  auto u = healthy();
  u.answer("after", "veid-params").value["min_score"] = 60;
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
}

TEST(StateChecks, RecordsKeptAllowsWhatTheProfileSaysTheMigrationChanges) {
  auto u = healthy();
  u.answer("after", "scored-records").value[0]["status"] = "ANYTHING";
  u.answer("after", "veid-params").value["max_records_per_owner"] = "30000";
  EXPECT_THAT(not_passed(u), IsEmpty());
}

TEST(StateChecks, RecordsKeptAllowsOrdersThatWerePlacedMeanwhileAndLosesNone) {
  auto u = healthy();
  u.answer("after", "provider-orders").value.push_back({{"id", "order-2"}, {"status", "OPEN"}});
  EXPECT_THAT(not_passed(u), IsEmpty());
  u.answer("after", "provider-orders").value.erase(0);
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
}

TEST(StateChecks, RecordsKeptAllowsWhatWasMadeMeanwhile) {
  auto u = healthy();
  auto& records = u.answer("after", "scored-records").value;
  auto more = records[0];
  more["id"] = "passport-9", more["height"] = "18";
  records.insert(records.begin() + 1, more);
  EXPECT_THAT(not_passed(u), IsEmpty());
}

TEST(StateChecks, RecordsKeptFailsForOneThatIsTooManyAndClaimsToBeOld) {
  auto u = healthy();
  auto& records = u.answer("after", "scored-records").value;
  records.push_back(records[0]);
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): fail"));
}

TEST(StateChecks, RecordsKeptIsInconclusiveWhenThereWasNothingToLose) {
  auto u = healthy();
  u.answer("before", "scored-records").value = record::Json::array();
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): inconclusive"));
}

TEST(StateChecks, RecordsKeptIsSkippedForAProfileThatNamesNone) {
  auto u = healthy();
  u.profile.preserved.clear();
  EXPECT_THAT(not_passed(u), ElementsAre("Records Kept (network): skipped"));
}

// --- Questions without an answer

bool of_checks(const Answered& a) {
  return a.checkpoint == kBefore || a.checkpoint == kResumed || a.checkpoint == kAfter;
}
bool historical(const Answered& a) { return a.question == "balance" && a.height == made::kHeight - 1; }
// Of procedures that carry no plan out.
bool of_others(const Answered& a) {
  return a.question == "supply" && (a.checkpoint == kBefore || (a.height > 0 && (a.height < made::kHeight - 1 || a.height > made::kHeight)));
}

// By a harness that had no item about it.
bool is_new(const Answered& a) { return a.question == "validators" && a.checkpoint == kBefore; }

void expect_inconclusive(const made::Upgrade& u, const Answered& a) {
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "inconclusive") << a.checkpoint << " " << a.question;
  EXPECT_THAT(not_passed(record), testing::Not(IsEmpty())) << a.checkpoint << " " << a.question;
  EXPECT_THAT(not_passed(record), testing::Each(HasSubstr(": inconclusive")))
      << a.checkpoint << " " << a.question;
}

TEST(Questions, WithoutAnAnswerMakeTheirItemsInconclusiveAndNothingElse) {
  int asked = 0;
  for (std::size_t i = 0; i < healthy().made.size(); ++i) {
    auto u = healthy();
    auto* a = std::get_if<Answered>(&u.made[i].body);
    if (!a || !of_checks(*a) || historical(*a) || of_others(*a)) continue;
    a->answered = false, a->value = nullptr, a->absent = false, a->error = "rest: connection refused";
    expect_inconclusive(u, *a);
    ++asked;
  }
  EXPECT_EQ(asked, 79);  // 17 before, 4 when it resumes, 58 after
}

TEST(Questions, ThatWereNotAskedMakeTheirItemsInconclusiveAndNothingElse) {
  for (std::size_t i = 0; i < healthy().made.size(); ++i) {
    auto u = healthy();
    const auto* a = std::get_if<Answered>(&u.made[i].body);
    if (!a || !of_checks(*a) || of_others(*a) || is_new(*a)) continue;
    const auto gone = *a;
    u.made.erase(u.made.begin() + static_cast<std::ptrdiff_t>(i));
    expect_inconclusive(u, gone);
  }
}

}  // namespace
}  // namespace rehearse
