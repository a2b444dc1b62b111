// The fifteen items of the "Pre-Upgrade Checklist": one changed fact, one item that does not hold.
#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "harness/judge/checks/checklist.h"
#include "tests/unit/support/made_journal.h"
#include "harness/run/scenario_rules.h"

namespace rehearse {
namespace {

using made::healthy;
using made::not_passed;
using record::Json;
using record::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;

// The runbook's, in its order.
const std::vector<std::string> kChecklist = {"Review upgrade documentation and changelog",
                                         "Download new binary and verify checksum",
                                         "Test upgrade on staging/testnet",
                                         "Prepare rollback binary",
                                         "Backup current configuration",
                                         "Notify team and stakeholders",
                                         "Schedule maintenance window (if needed)",
                                         "Verify backup completed",
                                         "Check current chain/service health",
                                         "Confirm team availability",
                                         "Verify monitoring alerts configured",
                                         "Prepare communication channels",
                                         "Final health check",
                                         "Announce start of maintenance",
                                         "Have rollback procedure ready"};

// "Download new binary and verify checksum" is a step of the procedure too.
record::CheckResult item_of(const made::Upgrade& u, const std::string& title) {
  for (const auto& c : u.judged().checks)
    if (c.title == title && c.checklist.starts_with("Pre-Upgrade Checklist")) return c;
  throw std::invalid_argument("no item " + title);
}

std::string failing(const made::Upgrade& u, const std::string& title) {
  EXPECT_THAT(not_passed(u), ElementsAre(title + " (network): fail"));
  return item_of(u, title).message;
}

TEST(PreUpgradeChecks, EachIsPassedByAHealthyUpgrade) {
  std::vector<std::string> titles;
  for (const auto& c : healthy().judged().checks)
    if (c.checklist.starts_with("Pre-Upgrade Checklist")) {
      titles.push_back(c.title);
      EXPECT_EQ(c.outcome, Outcome::pass) << c.title << ": " << c.message;
    }
  EXPECT_EQ(titles, kChecklist);
}

TEST(PreUpgradeChecks, ChangelogOfAPublishedReleaseIsDemanded) {
  auto u = healthy();
  u.answer(kPrepared, "changelog", "").absent = true;
  EXPECT_EQ(failing(u, kChecklist[0]), "the release has no changelog");
}

TEST(PreUpgradeChecks, ChangelogOfABareFileIsSkipped) {
  auto u = healthy();
  u.answer(kPrepared, "changelog", "").absent = true;
  u.all<record::ReleasesOpened>().front()->to.version = "";
  EXPECT_THAT(not_passed(u), ElementsAre(kChecklist[0] + " (network): skipped"));
}

TEST(PreUpgradeChecks, ChecksumThatWasNotTakenFails) {
  auto u = healthy();
  u.all<record::ReleasesOpened>().front()->to.sha256 = "";
  EXPECT_THAT(not_passed(u), ElementsAre(kChecklist[1] + " (network): fail"));
}

TEST(PreUpgradeChecks, WithoutAnEarlierRehearsalStagingIsSkipped) {
  auto u = healthy();
  u.answer(kPrepared, "earlier-run", "").absent = true;
  EXPECT_THAT(not_passed(u), ElementsAre(kChecklist[2] + " (network): skipped"));
  EXPECT_EQ(item_of(u, kChecklist[2]).message, "no earlier rehearsal of these two releases passed");
}

TEST(PreUpgradeChecks, AnotherRollbackBinaryFails) {
  auto u = healthy();
  u.answer(kPrepared, "rollback-binary", "validator-3").value = "dd";
  EXPECT_THAT(failing(u, kChecklist[3]), HasSubstr("validator-3 keeps another binary"));
}

TEST(PreUpgradeChecks, AConfigurationThatCannotBeRestoredFails) {
  auto u = healthy();
  u.answer(kPrepared, "config-backup", "validator-2").value["differing"] = {"app.toml"};
  EXPECT_EQ(failing(u, kChecklist[4]), "validator-2: app.toml cannot be restored from the backup");
}

TEST(PreUpgradeChecks, AnEmptyBackupOfTheDataFails) {
  auto u = healthy();
  u.answer(kPrepared, "data-backup", "validator-4").value["files"] = 0;
  EXPECT_EQ(failing(u, kChecklist[7]), "validator-4: the backup is empty");
}

TEST(PreUpgradeChecks, ANodeBehindTheOthersIsNoHealth) {
  auto u = healthy();
  u.answer(kPrepared, "consensus-state", "validator-2").value = "5/0/1";
  EXPECT_EQ(failing(u, kChecklist[8]), "the nodes are not at one height");
}

TEST(PreUpgradeChecks, ADiskWithoutRoomForABackupIsNoHealth) {
  auto u = healthy();
  u.answer(kPrepared, "room", "").value["free"] = 10;
  EXPECT_EQ(failing(u, kChecklist[8]), "there is no room for a backup of the data");
}

TEST(PreUpgradeChecks, AlertsOverMissingMetricsFail) {
  auto u = healthy();
  u.answer(kPrepared, "alerts", "validator-1").value["missing"] = {"cometbft_gone"};
  EXPECT_EQ(failing(u, kChecklist[10]), "validator-1 has no cometbft_gone: alerts over it never fire");
}

TEST(PreUpgradeChecks, AlertsAreSkippedWhereNoneAreConfigured) {
  auto u = healthy();
  u.profile.monitoring = {};
  EXPECT_THAT(not_passed(u), ElementsAre(kChecklist[10] + " (network): skipped"));
}

TEST(PreUpgradeChecks, ANodeInLateRoundsFailsTheFinalCheck) {
  auto u = healthy();
  u.answer(kReady, "consensus-state", "validator-1").value = "9/4/1";
  EXPECT_EQ(failing(u, kChecklist[12]), "validator-1 is in round 4 of height 9");
}

TEST(PreUpgradeChecks, ANodeWithoutPeersFailsTheFinalCheck) {
  auto u = healthy();
  u.answer(kReady, "peers", "validator-4").value = "0";
  EXPECT_EQ(failing(u, kChecklist[12]), "validator-4 has no peers");
}

TEST(PreUpgradeChecks, ANodeThatDoesNotAnswerFailsTheFinalCheckUnlessTheHaltHasCome) {
  auto u = healthy();
  u.answer(kReady, "consensus-state", "validator-3").answered = false;
  EXPECT_THAT(failing(u, kChecklist[12]), testing::StartsWith("validator-3 does not answer"));
  for (auto& e : u.made)  // asked when block H - 1 was there
    if (const auto* a = std::get_if<record::Answered>(&e.body); a && a->checkpoint == kReady && !a->answered) e.seen = made::micros(made::at::kHalt + 0.1);
  EXPECT_EQ(item_of(u, kChecklist[12]).outcome, record::Outcome::skipped);
}

TEST(PreUpgradeChecks, WhatPeopleSeeToIsSkippedUnlessAttested) {
  for (const auto& title : attested_items()) {
    auto u = healthy();
    u.all<record::RunStarted>().front()->conditions["attestations"].erase(title);
    EXPECT_THAT(not_passed(u), ElementsAre(title + " (network): skipped"));
    EXPECT_EQ(item_of(u, title).message, "not attested");
  }
}

TEST(PreUpgradeChecks, AttestationsComeFromAFileToo) {
  made::TempFolder folder;
  auto scenario = load_scenario(std::filesystem::path(REHEARSE_SOURCE_DIR) / "scenarios/chain-upgrade.yaml");
  attest(scenario, folder.write("attest.yaml", "attestations:\n  Confirm team availability: the whole team, 10:00\n"));
  EXPECT_EQ(scenario.attestations.at("Confirm team availability"), "the whole team, 10:00");
  EXPECT_THAT(made::trouble_of([&] {
                attest(scenario, folder.write("wrong.yaml", "attestations:\n  Final health check: me\n"));
              }),
              HasSubstr("wrong.yaml:2:3: nobody attests `Final health check`"));
}

}  // namespace
}  // namespace rehearse
