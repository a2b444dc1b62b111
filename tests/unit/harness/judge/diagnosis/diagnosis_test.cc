// What holds of the rules together: each finds what is there and nothing else, and what is said where none fits.
#include "harness/judge/diagnosis/diagnose.h"

#include <gmock/gmock.h>

#include "harness/record/cause.h"
#include "tests/unit/support/found.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::diagnosis_of;
using made::found_in;
using made::validator;
using record::Diagnosis;
using testing::ElementsAre;
using testing::IsEmpty;

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

TEST(Diagnosis, APlanThatWasSkippedBeforeReplacesNone) {
  auto u = made::healthy();
  u.log(made::at::kPlan - 0.1, "validator-1", "upgrade-needed", "UPGRADE \"v1.5.0\" NEEDED at height: 9", {"v1.5.0", "9"});
  EXPECT_THAT(found_in(u), testing::Not(testing::Contains("plan-replaced")));
}

TEST(Diagnosis, NoTripwireFiresAtAnyMomentOfAHealthyUpgrade) {
  made::expect_no_tripwire(made::healthy());
}

TEST(Diagnosis, OfEveryRuleHasAnAdvice) {
  for (const auto& rule : rules()) EXPECT_NE(advice_for(rule.cause), "") << name_of(rule.cause);
}

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

}  // namespace
}  // namespace rehearse
