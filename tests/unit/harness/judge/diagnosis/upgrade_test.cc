// Rules of the switch to the new binary, and of plans that were not to be carried out.
#include "harness/judge/diagnosis/diagnose.h"

#include <gmock/gmock.h>

#include "harness/record/cause.h"
#include "tests/unit/support/found.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::diagnosis_of;
using made::found_in;
using made::kAllNodes;
using made::validator;
using record::Diagnosis;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

TEST(Diagnosis, OfAHandlerErrorNamesTheFirstLineAndAllItHit) {
  const auto d = diagnosis_of(made::handler_error());
  EXPECT_EQ(d.cause, Cause::upgrade_handler_error);
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
  EXPECT_EQ(d.first_evidence, "error during handshake: error on replay: 4 stored, totals say 5");
  EXPECT_THAT(d.evidence_at, MatchesRegex("nodes/validator-2/logs/node\\.log:[0-9]+"));
  EXPECT_THAT(d.consequences, testing::Contains("validator-1: cosmovisor ended (exit 1)"));
  EXPECT_EQ(d.advice, advice_for(Cause::upgrade_handler_error));
}

TEST(Diagnosis, OfAHandlerErrorIsNotMadeOfAnErrorOnReplayBeforeTheUpgradeIsApplied) {
  auto u = made::ends_in_upgrade("replay-error", "error on replay: no such block", {}, false);
  for (const auto& node : kAllNodes) u.log(4.85, node, "replay-blocks", "INF ABCI Replay Blocks", {"19", "20"});  // not a log of errors alone
  EXPECT_THAT(found_in(u), ElementsAre("node-exited"));
}

TEST(Diagnosis, OfAHandlerPanicNamesTheFirstLine) {
  const auto d = diagnosis_of(made::handler_panic());
  EXPECT_EQ(d.cause, Cause::upgrade_handler_panic);
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
  EXPECT_EQ(d.first_evidence, "panic: assignment to entry in nil map");
  EXPECT_THAT(d.evidence_at, StartsWith("nodes/validator-2/logs/node.log:"));
}

TEST(Diagnosis, OfAMissingStoreNamesTheStore) {
  const auto d = diagnosis_of(made::missing_store());
  EXPECT_EQ(d.cause, Cause::missing_store_upgrade);
  EXPECT_THAT(d.proven_by, HasSubstr("group is new"));
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
  EXPECT_THAT(d.first_evidence, HasSubstr("version of store group mismatch"));
  EXPECT_THAT(d.evidence_at, StartsWith("nodes/validator-2/logs/node.log:"));
}

TEST(Diagnosis, OfAMissingHandlerPointsToTheSecondHaltNotToTheFirst) {
  auto u = made::handler_missing();
  const auto d = diagnosis_of(u);
  EXPECT_EQ(d.cause, Cause::upgrade_handler_missing);
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
  const auto view = u.view();
  EXPECT_EQ(d.evidence_at, view.nodes.at(validator(1)).line(Pattern::upgrade_needed, 2)->place());
}

TEST(Diagnosis, OfAFailureOnOneNodeNamesOnlyThatNode) {
  auto u = made::healthy();
  u.cut(made::kProven, validator(4));
  u.log(4.95, validator(4), "panic", "panic: out of range", {"out of range"});
  u.stop(made::kProven, StopReason::failure_proven, "a rule of diagnosis");
  const auto d = diagnosis_of(u);
  EXPECT_EQ(d.cause, Cause::upgrade_handler_panic);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_EQ(d.affected_power, "10 of 100");
}

TEST(Diagnosis, OfAPlanThatWasNotCancelledNamesWhoHalts) {
  const auto d = diagnosis_of(made::plan_not_cancelled());
  EXPECT_EQ(d.cause, Cause::plan_not_cancelled);
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
  EXPECT_EQ(d.first_evidence, "ERR UPGRADE \"v2.0.0\" NEEDED at height: 20");
  EXPECT_THAT(d.evidence_at, StartsWith("nodes/validator-1/logs/node.log:"));
}

TEST(Diagnosis, OfAPlanThatWasNotCancelledIsSilentAboutAHaltThatWasWanted) {
  auto wanted = made::plan_not_cancelled();
  wanted.all<record::ExpectedOutcome>().front()->applied = true;
  EXPECT_THAT(found_in(wanted), IsEmpty());
  auto before = made::upgrade_not_skipped({});  // halted first, withdrawn then
  EXPECT_THAT(found_in(before), IsEmpty());
}

TEST(Diagnosis, OfAnUpgradeThatWasNotSkippedPointsToTheSecondHalt) {
  auto u = made::upgrade_not_skipped({3});
  const auto d = diagnosis_of(u);
  EXPECT_EQ(d.cause, Cause::upgrade_not_skipped);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-3"));
  EXPECT_EQ(d.affected_power, "20 of 100");
  const auto view = u.view();
  EXPECT_EQ(d.evidence_at, view.nodes.at(validator(3)).line(Pattern::upgrade_needed, 2)->place());
}

TEST(Diagnosis, OfUpgradeInfoThatWasLeftIsSilentAboutTheUpgradeItself) {
  auto u = made::upgrade_info_left({2});
  EXPECT_EQ(diagnosis_of(u).affected_nodes, std::vector<std::string>{"validator-2"});
  u.all<record::ExpectedOutcome>().front()->release = WhichRelease::to;
  u.all<record::ExpectedOutcome>().front()->applied = true;
  EXPECT_THAT(found_in(u), IsEmpty());
  auto before = made::upgrade_info_left({});
  before.log(made::at::kHalt + 0.2, validator(2), "upgrade-found", "INF daemon shutting down");
  EXPECT_THAT(found_in(before), IsEmpty()) << "that was the upgrade itself";
}

TEST(Diagnosis, AReadThatCameTooEarlyIsNoCause) {
  auto u = made::healthy();
  u.cut(made::at::kHalt + 0.05, "validator-1");
  u.log(made::at::kHalt + 0.1, "validator-1", "upgrade-info-misread", "panic: failed to parse upgrade info file: empty upgrade-info.json");
  EXPECT_TRUE(found_in(u).empty()) << "its end is not seen yet";
  u.exits(made::at::kHalt + 0.11, "validator-1", 2, {});
  u.all<record::ProcessEnded>("validator-1").back()->starts_again = true;
  EXPECT_TRUE(found_in(u).empty());
}

// Its old binary is started again at the halt, and halts once more: nobody has upgraded it yet.
TEST(Diagnosis, AnOldBinaryThatIsStartedAgainIsNotTheNewOne) {
  auto u = made::healthy();
  u.cut(made::at::kNewBinary, "validator-4");
  u.exits(made::at::kNewBinary, "validator-4", 1, {"download failed"});
  u.all<record::ProcessEnded>("validator-4").back()->starts_again = true;
  u.add(made::at::kNewBinary + 0.1, "validator-4", record::ProcessStarted{300, "cosmovisor"});
  u.error(made::at::kNewBinary + 0.2, "validator-4", "ERR UPGRADE \"v2.0.0\" NEEDED at height: 20", "upgrade-needed").captures = {"v2.0.0", "20"};
  EXPECT_TRUE(found_in(u).empty());
  u.all<record::ProcessEnded>("validator-4").back()->starts_again = false;
  EXPECT_FALSE(found_in(u).empty());
}

}  // namespace
}  // namespace rehearse
