// Each rule of diagnosis: the journal in which its failure is there, and all the others in which it must say
// nothing.
#include "harness/judge/diagnosis/diagnose.h"
#include "harness/judge/diagnosis/rules.h"

#include <gmock/gmock.h>

#include "harness/record/cause.h"
#include "tests/unit/support/found.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::found_in;
using made::validator;
using record::Diagnosis;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

const std::vector<std::string> kAllNodes = {"validator-1", "validator-2", "validator-3", "validator-4"};

Diagnosis diagnosis_of(const made::Upgrade& u) {
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "fail");
  return record.diagnosis.value_or(Diagnosis{});
}

// --- What is there is found, and nothing else is

// A process that ends in the upgrade has ended by itself too: that rule stands behind those that say why.
TEST(Diagnosis, FindsInEachJournalOnlyWhatIsThere) {
  EXPECT_THAT(found_in(made::healthy()), IsEmpty());
  EXPECT_THAT(found_in(made::handler_error()), ElementsAre("upgrade-handler-error", "node-exited"));
  EXPECT_THAT(found_in(made::handler_panic()), ElementsAre("upgrade-handler-panic", "node-exited"));
  EXPECT_THAT(found_in(made::missing_store()), ElementsAre("missing-store-upgrade", "node-exited"));
  EXPECT_THAT(found_in(made::handler_missing()), ElementsAre("upgrade-handler-missing"));
  EXPECT_THAT(found_in(made::conflicting_blocks()), ElementsAre("conflicting-blocks"));
  EXPECT_THAT(found_in(made::diverges({4})), ElementsAre("app-hash-divergence"));
  EXPECT_THAT(found_in(made::diverges({1, 4})), ElementsAre("app-hash-divergence"));
  EXPECT_THAT(found_in(made::does_not_halt()), ElementsAre("chain-did-not-halt"));
  EXPECT_THAT(found_in(made::store_exists()), ElementsAre("store-already-there", "node-exited"));
  EXPECT_THAT(found_in(made::cosmovisor_misreads()), ElementsAre("cosmovisor-misread", "node-exited"));
  EXPECT_THAT(found_in(made::genesis_refused()), ElementsAre("genesis-refused", "node-exited"));
  EXPECT_THAT(found_in(made::node_exits()), ElementsAre("node-exited"));
  EXPECT_THAT(found_in(made::signs_twice()), ElementsAre("double-sign"));
  EXPECT_THAT(found_in(made::plan_replaced()), ElementsAre("plan-replaced"));
  EXPECT_THAT(found_in(made::plan_not_cancelled()), ElementsAre("plan-not-cancelled"));
  EXPECT_THAT(found_in(made::upgrade_not_skipped({3})), ElementsAre("upgrade-not-skipped"));
  EXPECT_THAT(found_in(made::upgrade_info_left({2, 3})), ElementsAre("upgrade-info-left"));
  EXPECT_THAT(found_in(made::only_upgraded({2, 4})), ElementsAre("quorum-short"));
  EXPECT_THAT(found_in(made::refused(Cause::checksum_mismatch, "")), IsEmpty());
}

TEST(Diagnosis, NoTripwireFiresAtAnyMomentOfAHealthyUpgrade) {
  made::expect_no_tripwire(made::healthy());
}

TEST(Diagnosis, OfEveryRuleHasAnAdvice) {
  for (const auto& rule : rules()) EXPECT_NE(advice_for(rule.cause), "") << name_of(rule.cause);
}

// --- Before the first block

TEST(Diagnosis, OfAGenesisThatIsRefusedNamesWhatTheChainSaidOfIt) {
  const auto d = diagnosis_of(made::genesis_refused());
  EXPECT_EQ(d.cause, Cause::genesis_refused);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-1", "validator-2", "validator-3"));
  EXPECT_EQ(d.first_evidence, "panic: commission is too low");
  EXPECT_THAT(d.evidence_at, StartsWith("nodes/validator-2/logs/node.log:"));
  auto u = made::genesis_refused();
  for (int i = 1; i <= 3; ++i)
    u.log(0.815, validator(i), "gentx-refused", "}': less than the minimum rate", {"less"});
  EXPECT_EQ(diagnosis_of(u).first_evidence, "}': less than the minimum rate");
}

TEST(Diagnosis, OfAGenesisIsSilentAboutAPanicThatHasAnotherReason) {
  auto before = made::genesis_refused();  // it ended before it came to its genesis
  for (auto* l : before.all<record::LogLine>())
    if (l->pattern == "init-chain") l->pattern = "other";
  EXPECT_THAT(found_in(before), ElementsAre("node-exited"));
  auto later = made::genesis_refused();
  later.head_at(0.85, validator(4), 1, 1);
  EXPECT_THAT(found_in(later), ElementsAre("node-exited")) << "with a block the genesis was taken";
}

// --- After the switch to the new binary

TEST(Diagnosis, OfADivergenceNamesTheStoresThatDiffer) {
  auto tell = [](made::Upgrade& u, int ordinal, const char* veid) {
    u.add(5.2, made::validator(ordinal),
          record::Answered{kStopped, kStoreHashes, {}, made::kHeight, "cli", true, false,
                           record::Json::parse(R"([{"name":"bank","hash":"AA"}])"), ""});
    auto& answer = std::get<record::Answered>(u.made.back().body);
    answer.value.push_back({{"name", "veid"}, {"hash", veid}});
  };
  auto u = made::diverges({4});
  tell(u, 1, "01");
  EXPECT_EQ(diagnosis_of(u).proven_by.find("stores that differ"), std::string::npos);  // one group has not told
  tell(u, 4, "02");
  EXPECT_TRUE(diagnosis_of(u).proven_by.ends_with("; stores that differ: veid")) << diagnosis_of(u).proven_by;
}

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

// --- When the plan was not to be carried out

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

// --- Between nodes

TEST(Diagnosis, OfADivergenceNamesTheOneOfFour) {
  const auto d = diagnosis_of(made::diverges({4}));
  EXPECT_EQ(d.cause, Cause::app_hash_divergence);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_EQ(d.affected_power, "10 of 100");
  EXPECT_THAT(d.proven_by, HasSubstr("app hashes after block 20 differ"));
  EXPECT_THAT(d.first_evidence, HasSubstr("on validator-1, validator-2, validator-3 (power 90 of 100)"));
  EXPECT_THAT(d.consequences, ElementsAre("the chain stands at height 20"));
  EXPECT_EQ(d.evidence_at, "");  // nobody logged a line: the answers are the evidence
}

TEST(Diagnosis, OfADivergenceNamesTheTwoOfFourThatAreTheLesserPart) {
  const auto d = diagnosis_of(made::diverges({3, 4}));
  EXPECT_EQ(d.cause, Cause::app_hash_divergence);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-3", "validator-4"));
  EXPECT_EQ(d.affected_power, "30 of 100");
}

TEST(Diagnosis, OfADivergenceNamesAllWhenNoPartHasMoreThanTwoThirds) {
  const auto d = diagnosis_of(made::diverges({1, 4}));
  EXPECT_EQ(d.cause, Cause::app_hash_divergence);
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
}

TEST(Diagnosis, OfADivergencePointsToTheLineOfTheNodeThatSaidSo) {
  auto u = made::diverges({4});
  u.error(5.05, validator(4), "ERR CONSENSUS FAILURE!!! err=\"wrong Block.Header.AppHash\"",
          "wrong-app-hash");
  const auto d = diagnosis_of(u);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_THAT(d.first_evidence, HasSubstr("wrong Block.Header.AppHash"));
  EXPECT_THAT(d.evidence_at, StartsWith("nodes/validator-4/logs/node.log:"));
}

// A node that was not asked in time has committed the next block: it holds what that block's header says.
TEST(Diagnosis, OfADivergenceCountsANodeThatWentOnWithTheOthers) {
  auto u = made::healthy();
  u.head(validator(4), made::kHeight).app_hash = "DD";
  std::erase_if(u.made, [](const auto& e) {
    const auto* h = std::get_if<record::HeadSeen>(&e.body);
    return h && h->app_height == made::kHeight && e.node == validator(1);
  });
  u.stop(5.5, StopReason::failure_proven, "a rule of diagnosis");
  const auto d = diagnosis_of(u);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_THAT(d.first_evidence, HasSubstr("(power 90 of 100)"));
}

TEST(Diagnosis, OfConflictingBlocksNamesTheHeightAndTheLesserPart) {
  const auto d = diagnosis_of(made::conflicting_blocks());
  EXPECT_EQ(d.cause, Cause::conflicting_blocks);
  EXPECT_EQ(d.proven_by, "two blocks at height 15");
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_EQ(d.affected_power, "10 of 100");
  EXPECT_THAT(d.first_evidence, HasSubstr("on validator-4 (power 10 of 100)"));
}

// Its block was dropped, and it has come to have another one.
TEST(Diagnosis, OfConflictingBlocksTakesTheLastWordOfANode) {
  auto u = made::healthy();
  u.head_at(made::at::kHalt, "validator-4", 15, 15);
  u.head_at(made::at::kHalt + 0.01, "validator-4", 15, 15);
  u.made.back().body = record::HeadSeen{15, "C0FFEE", 15, made::app_hash(15), "v1.0.0", false};
  u.stop(made::at::kHalt + 0.1, StopReason::failure_proven, "a rule of diagnosis");
  EXPECT_EQ(diagnosis_of(u).proven_by, "two blocks at height 15");
}

// --- Of the network

TEST(Diagnosis, OfAChainThatDidNotHaltNamesWhoWentOn) {
  const auto d = diagnosis_of(made::does_not_halt());
  EXPECT_EQ(d.cause, Cause::chain_did_not_halt);
  EXPECT_EQ(d.proven_by, "the old binary committed block 20");
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
  EXPECT_EQ(d.first_evidence, "validator-1 is at height 21");
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

TEST(Diagnosis, OfANodeThatExitedGivesItsLastWords) {
  const auto d = diagnosis_of(made::node_exits());
  EXPECT_EQ(d.cause, Cause::node_exited);
  EXPECT_EQ(d.proven_by, "cosmovisor ended by itself: exit 2");
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-3"));
  EXPECT_EQ(d.affected_power, "20 of 100");
  EXPECT_EQ(d.first_evidence, "the last thing it said");
  EXPECT_EQ(d.evidence_at, "nodes/validator-3/logs/node.log:900");
}

TEST(Diagnosis, OfANodeThatExitedNamesTheSignal) {
  auto u = made::node_exits();
  u.all<record::ProcessEnded>().front()->signal = 9;
  EXPECT_EQ(diagnosis_of(u).proven_by, "cosmovisor ended by itself: signal 9");
}

// Its supervisor starts it again each time; `stored`: it comes to a block in between.
made::Upgrade restarted(int times, bool stored) {
  auto u = made::healthy();
  u.cut(3.0, validator(3));
  for (int i = 0; i < times; ++i) {
    u.exits(3.0 + 0.02 * i, validator(3), 1, {"it fails"});
    std::get<record::ProcessEnded>(u.made.back().body).starts_again = true;
    u.add(3.01 + 0.02 * i, validator(3), record::ProcessStarted{900 + i, "cosmovisor"});
    if (stored) u.head_at(3.015 + 0.02 * i, validator(3), 15 + i, 15 + i);
  }
  u.stop(3.5, StopReason::cancelled, "that is enough");
  return u;
}

TEST(Diagnosis, OfANodeThatItsSupervisorStartsAgainIsSilent) {
  EXPECT_THAT(found_in(restarted(1, false)), IsEmpty());
  EXPECT_THAT(found_in(restarted(7, false)), IsEmpty());
  EXPECT_THAT(found_in(restarted(12, true)), IsEmpty()) << "it comes to a block each time";
}

TEST(Diagnosis, OfANodeThatFailsAgainAndAgainIsThatItExited) {
  const auto u = restarted(8, false);
  EXPECT_THAT(found_in(u), ElementsAre("node-exited"));
  EXPECT_EQ(proven_failure(u.view())->affected_nodes, std::vector<std::string>{"validator-3"});
}

TEST(Diagnosis, OfAQuorumThatIsShortNamesWhoIsNotUpgraded) {
  const auto d = diagnosis_of(made::only_upgraded({2, 4}));
  EXPECT_EQ(d.cause, Cause::quorum_short);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-1", "validator-3"));
  EXPECT_EQ(d.affected_power, "60 of 100");
  EXPECT_THAT(d.proven_by, HasSubstr("only 40 of 100 of the power"));
  EXPECT_EQ(d.first_evidence, "not upgraded: validator-1, validator-3");
}

TEST(Diagnosis, OfAQuorumIsSilentWithMoreThanTwoThirdsUpgraded) {
  EXPECT_THAT(found_in(made::only_upgraded({1, 2})), IsEmpty());
}

TEST(Diagnosis, OfAQuorumIsSilentBeforeTheChainHalted) {
  auto u = made::healthy();
  u.stop(3.0, StopReason::time_out, "halt at 20 not reached");
  EXPECT_THAT(found_in(u), IsEmpty());
}

// --- Where no rule is needed, and where none fits

TEST(Diagnosis, IsWhatWhoeverStoppedTheRunNames) {
  for (const auto cause : {Cause::checksum_mismatch, Cause::wrong_version_inside, Cause::proposal_rejected, Cause::wrong_order,
                           Cause::blocks_missed, Cause::quorum_short}) {
    const auto d = diagnosis_of(made::refused(cause, "what was seen"));
    EXPECT_EQ(d.cause, cause);
    EXPECT_EQ(d.proven_by, "Download new binary and verify checksum");
    EXPECT_EQ(d.first_evidence, "what was seen");
    EXPECT_EQ(d.advice, advice_for(cause));
    EXPECT_THAT(d.affected_nodes, IsEmpty());
    EXPECT_EQ(d.affected_power, "");
  }
}

TEST(Diagnosis, OfAProposalThatWasRejectedGoesBeforeTheRules) {
  auto u = made::node_exits();
  u.stop(2.55, StopReason::step_failed, "proposal 1: PROPOSAL_STATUS_REJECTED", Cause::proposal_rejected);
  EXPECT_EQ(diagnosis_of(u).cause, Cause::proposal_rejected);
}

TEST(Diagnosis, OfAChecklistItemNamesItAndTheNode) {
  auto u = made::healthy();
  const auto line = u.error(5.6, validator(2), "ERR something").line;
  u.answer("after", "supply", "", made::kHeight).value = "1";
  const auto d = diagnosis_of(u);
  EXPECT_EQ(d.cause, Cause::check_failed);
  EXPECT_EQ(d.proven_by, "Validator Verification Checklist: Recent Errors (validator-2)");
  EXPECT_EQ(d.first_evidence, "ERR something");
  EXPECT_EQ(d.evidence_at, "nodes/validator-2/logs/node.log:" + std::to_string(line));
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-2"));
  EXPECT_EQ(d.affected_power, "30 of 100");
  EXPECT_THAT(d.consequences, ElementsAre("Supply Kept (network): supply changed in the upgrade"));
}

TEST(Diagnosis, OfAStepThatFailedForNoKnownReasonIsUnknown) {
  for (const auto reason : {StopReason::step_failed, StopReason::time_out}) {
    auto u = made::healthy();
    u.stop(3.0, reason, "the proposal passed, but no upgrade is planned");
    const auto d = diagnosis_of(u);
    EXPECT_EQ(d.cause, Cause::unknown);
    EXPECT_EQ(d.first_evidence, "the proposal passed, but no upgrade is planned");
  }
}

TEST(Diagnosis, OfADeadlineIsUnknownAndTheRunProvesNothing) {
  auto u = made::healthy();
  u.stop(3.0, StopReason::deadline, "--timeout of 3 s", Cause::none, StepOutcome::error);
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "inconclusive");
  ASSERT_TRUE(record.diagnosis);
  EXPECT_EQ(record.diagnosis->cause, Cause::unknown);
  EXPECT_EQ(record.diagnosis->first_evidence, "--timeout of 3 s");
}

TEST(Diagnosis, OfADeadlineIsTheFailureThatIsProvenByThen) {
  auto u = made::handler_error();
  u.stop(4.99, StopReason::deadline, "--timeout of 4 s", Cause::none, StepOutcome::error);
  ASSERT_TRUE(u.judged().diagnosis);
  EXPECT_EQ(u.judged().diagnosis->cause, Cause::upgrade_handler_error);
}

TEST(Diagnosis, NamesWhoeverSignedTwiceByItsAddress) {
  const auto d = diagnosis_of(made::signs_twice());
  EXPECT_EQ(d.cause, Cause::double_sign);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-2"));
}

// A fault took validator-4 away from the halt on: what it says then is no fault of the release.
made::Upgrade with_fault_on_4(made::Upgrade u) {
  u.add(made::at::kStarted + 0.01, "", record::FaultPlanned{"1", "kill", "halted", "smallest", {"validator-4"}, {}, 1});
  u.add(made::at::kHalt + 0.01, "", record::FaultTransition{"1", FaultState::injecting, "", {"validator-4"}, {"validator-4"}, 0});
  return u;
}

TEST(Diagnosis, NothingSaidUnderAFaultIsACause) {
  auto u = made::healthy();
  u.log(4.95, "validator-4", "panic", "panic: out of memory");
  EXPECT_FALSE(found_in(u).empty());
  EXPECT_TRUE(found_in(with_fault_on_4(u)).empty());
}

// Cosmovisor fell over a file that the chain was still writing, and is started again.
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
