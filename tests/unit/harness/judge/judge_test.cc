// From a journal to the run record: the verdict, what was not reached, and that it is always the same record.
#include "harness/judge/judge.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::healthy;
using made::not_passed;
using record::Outcome;
using testing::Each;
using testing::IsEmpty;

constexpr std::size_t kItems = (8 + 3) * 4 + 4 + 20 + 2 + 8;

std::string verdict_of(const made::Upgrade& u) { return u.judged().verdict; }

// The items of checklists after the upgrade; steps of the procedure are left out.
std::vector<record::CheckResult> checklist_items(const record::RunRecord& r) {
  auto items = r.checks;
  std::erase_if(items, [](const auto& c) { return c.checklist == "Upgrade" || c.checklist.starts_with("Pre-Upgrade"); });
  return items;
}

void expect_not_reached(const made::Upgrade& u, const std::string& why) {
  const auto items = checklist_items(u.judged());
  EXPECT_EQ(items.size(), kItems);
  for (const auto& c : items) {
    EXPECT_EQ(c.outcome, Outcome::skipped) << c.title;
    EXPECT_EQ(c.message, "not reached (" + why + ")") << c.title;
  }
}

// --- Verdicts

TEST(Verdict, IsPassWhenEveryItemIsPassed) {
  const auto record = healthy().judged();
  EXPECT_EQ(record.verdict, "pass");
  EXPECT_FALSE(record.diagnosis);
  EXPECT_THAT(not_passed(record), IsEmpty());
  EXPECT_EQ(checklist_items(record).size(), kItems);
  EXPECT_EQ(record::exit_code(record), 0);
}

TEST(Verdict, IsPassWithAStepThatWasSkippedButTheStepIsNot) {
  auto u = healthy();
  u.all<record::StepEnded>().front()->outcome = StepOutcome::skipped;
  u.all<record::StepEnded>().front()->detail = "needs Keras";
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "pass");
  EXPECT_THAT(not_passed(record), testing::ElementsAre("Download new binary and verify checksum (network): skipped"));
  EXPECT_EQ(record.checks.front().message, "needs Keras");
}

TEST(Verdict, IsFailWhenAnItemFails) {
  auto u = healthy();
  u.answer("after", "supply", "", made::kHeight).value = "1";
  EXPECT_EQ(verdict_of(u), "fail");
  EXPECT_EQ(record::exit_code(u.judged()), 1);
}

TEST(Verdict, IsFailWhenAFailureIsProven) { EXPECT_EQ(verdict_of(made::handler_error()), "fail"); }
TEST(Verdict, IsFailWhenAStepFails) { EXPECT_EQ(verdict_of(made::refused(Cause::checksum_mismatch, "")), "fail"); }
TEST(Verdict, IsFailWhenAWaitRunsOut) { EXPECT_EQ(verdict_of(made::only_upgraded({2, 4})), "fail"); }

TEST(Verdict, IsInconclusiveWhenAnItemIs) {
  auto u = healthy();
  u.answer("after", "supply", "", made::kHeight).answered = false;
  EXPECT_EQ(verdict_of(u), "inconclusive");
  EXPECT_EQ(record::exit_code(u.judged()), 3);
}

TEST(Verdict, IsFailWhenOneItemFailsAndAnotherIsInconclusive) {
  auto u = healthy();
  u.answer("after", "supply", "", made::kHeight).answered = false;
  u.answer("after", "balance").value = "1";
  EXPECT_EQ(verdict_of(u), "fail");
}

TEST(Verdict, IsInconclusiveWhenTheMachineStalledInAWaitThatRanOut) {
  auto u = made::only_upgraded({2, 4});
  u.add(10, "", record::Stalled{3.5});
  EXPECT_EQ(verdict_of(u), "inconclusive");
}

TEST(Verdict, IsFailWhenTheMachineStalledBeforeThatWait) {
  auto u = made::only_upgraded({2, 4});
  u.add(0.5, "", record::Stalled{0.4});
  EXPECT_EQ(verdict_of(u), "fail");
}

TEST(Verdict, IsInconclusiveWhenTheMachineWasTooSlow) {
  auto u = healthy();
  u.stop(3.0, StopReason::time_out, "not all votes were in", Cause::machine_stalled);
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "inconclusive");
  ASSERT_TRUE(record.diagnosis);
  EXPECT_EQ(record.diagnosis->cause, Cause::machine_stalled);
  EXPECT_EQ(record::exit_code(record), 3);
}

TEST(Verdict, SaysNothingOfAReleaseThatNeverRan) {
  auto u = healthy();
  u.stop(3.0, StopReason::time_out, "first block on every node not reached in 20 s", Cause::no_first_block);
  EXPECT_EQ(verdict_of(u), "inconclusive");
}

TEST(Verdict, NamesWhatWasNotProven) {
  auto u = healthy();
  u.add(made::at::kStarted + 0.01, "", record::FaultPlanned{"1", "kill", "swap", "smallest", {"validator-4"}, {}, 1});
  u.add(made::at::kStarted + 0.02, "", record::FaultTransition{"1", FaultState::missed, "`swap` never came", {}, {}, 0});
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "inconclusive");
  ASSERT_TRUE(record.diagnosis);
  EXPECT_EQ(record.diagnosis->cause, Cause::not_proven);
  EXPECT_EQ(record.diagnosis->first_evidence, "`swap` never came");
}

TEST(Verdict, IsFailWhenCosmovisorCannotReadWhatTheChainWrote) {
  const auto record = made::cosmovisor_misreads().judged();
  EXPECT_EQ(record.verdict, "fail");
  ASSERT_TRUE(record.diagnosis);
  EXPECT_EQ(record.diagnosis->cause, Cause::cosmovisor_misread);
  EXPECT_EQ(record.diagnosis->affected_nodes, std::vector<std::string>{"validator-1"});
}

TEST(Verdict, IsPassOfAMachineThatStalledButGotThere) {
  auto u = healthy();
  u.add(4.2, "", record::Stalled{1.5});
  EXPECT_EQ(verdict_of(u), "pass");
}

TEST(Verdict, IsInconclusiveAtTheDeadline) {
  auto u = healthy();
  u.stop(3.0, StopReason::deadline, "--timeout of 3 s", Cause::none, StepOutcome::error);
  EXPECT_EQ(verdict_of(u), "inconclusive");
}

TEST(Verdict, IsErrorWhenTheHarnessHadTrouble) {
  auto u = healthy();
  u.stop(3.0, StopReason::error, "no space left on device", Cause::none, StepOutcome::error);
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "error");
  ASSERT_TRUE(record.diagnosis);
  EXPECT_EQ(record.diagnosis->cause, Cause::unknown);
  EXPECT_EQ(record.diagnosis->first_evidence, "no space left on device");
  EXPECT_EQ(record::exit_code(record), 3);
}

TEST(Verdict, IsErrorWhenTheHarnessWasKilled) {
  auto u = healthy();
  u.cut(3.0);
  EXPECT_EQ(verdict_of(u), "error");
  for (const auto& c : checklist_items(u.judged())) EXPECT_EQ(c.message, "not reached");
}

TEST(Verdict, IsCancelledAfterCtrlC) {
  auto u = healthy();
  u.stop(3.9, StopReason::cancelled, "ended by Interrupt", Cause::none, StepOutcome::error);
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "cancelled");
  EXPECT_FALSE(record.diagnosis);
  EXPECT_EQ(record::exit_code(record), 130);
}

TEST(Verdict, IsNoPassWithoutASinglePassedItem) {
  made::Upgrade u = healthy();
  u.made.clear();
  record::RunStarted run;
  run.conditions = record::Json::object();
  u.add(0.1, "", run);
  u.add(0.2, "", record::RunStopped{StopReason::completed, "", "", Cause::none});
  EXPECT_EQ(verdict_of(u), "inconclusive");
}

// --- A scenario that expects a failure

TEST(Expectation, IsMetByTheFailureOfThatCause) {
  auto u = made::handler_error();
  u.scenario.expect = Cause::upgrade_handler_error;
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "pass");
  ASSERT_TRUE(record.diagnosis);
  EXPECT_EQ(record.diagnosis->cause, Cause::upgrade_handler_error);
}

TEST(Expectation, IsNotMetByAnotherCause) {
  auto u = made::handler_panic();
  u.scenario.expect = Cause::upgrade_handler_error;
  EXPECT_EQ(verdict_of(u), "fail");
}

TEST(Expectation, IsNotMetByAnUpgradeThatGoesThrough) {
  auto u = healthy();
  u.scenario.expect = Cause::upgrade_handler_error;
  EXPECT_EQ(verdict_of(u), "fail");
}

TEST(Expectation, IsNotMetByARunThatProvesNothing) {
  auto u = healthy();
  u.scenario.expect = Cause::upgrade_handler_error;
  u.stop(3.0, StopReason::deadline, "--timeout of 3 s", Cause::none, StepOutcome::error);
  EXPECT_EQ(verdict_of(u), "inconclusive");
}

// --- What was not reached

TEST(NotReached, AreAllItemsOfARunThatARuleEnded) {
  expect_not_reached(made::handler_error(), "upgrade-handler-error");
  expect_not_reached(made::diverges({4}), "app-hash-divergence");
}

TEST(NotReached, AreAllItemsOfARunThatEndedBeforeThereWasANetwork) {
  expect_not_reached(made::refused(Cause::checksum_mismatch, "another sum"), "checksum-mismatch");
  EXPECT_THAT(made::refused(Cause::checksum_mismatch, "another sum").judged().network, IsEmpty());
}

TEST(NotReached, AreAllItemsOfAWaitThatRanOutWithTheCauseOfTheDiagnosis) {
  auto u = made::only_upgraded({2, 4});
  ASSERT_EQ(u.judged().diagnosis->cause, Cause::quorum_short);
  expect_not_reached(u, "quorum-short");
}

TEST(NotReached, AreAllItemsAtTheDeadlineAndAfterCtrlC) {
  for (const auto reason : {StopReason::deadline, StopReason::cancelled}) {
    auto u = healthy();
    u.stop(3.0, reason, "", Cause::none, StepOutcome::error);
    expect_not_reached(u, name_of(reason));
  }
}

TEST(NotReached, IsSaidOfTheStepThatWasOpenToo) {
  auto u = made::handler_error();
  const auto record = u.judged();
  const auto& step = *std::find_if(record.checks.begin(), record.checks.end(), [](const auto& c) {
    return c.checklist == "Upgrade" && c.title == "Chain resumes";
  });
  EXPECT_EQ(step.outcome, Outcome::fail);
  EXPECT_EQ(step.message, "a rule of diagnosis");
}

// --- What was tested, with what

TEST(RunRecord, SaysWhatWasTested) {
  const auto r = healthy().judged();
  EXPECT_EQ(r.scenario, "chain-upgrade");
  EXPECT_EQ(r.profile, "virtengine");
  EXPECT_EQ(r.seed, 7u);
  ASSERT_TRUE(r.from && r.to);
  EXPECT_EQ(r.from->printed_version, "v1.0.0");
  EXPECT_EQ(r.to->binary_sha256, "dd");
  EXPECT_EQ(r.cosmovisor_sha256, "ee");
  EXPECT_EQ(r.scenario_digest, "5ce0");
  EXPECT_EQ(r.reproduce, "rehearse run chain-upgrade --seed 7");
  EXPECT_EQ(r.started, "2027-01-15T08:00:00Z");
  EXPECT_EQ(r.network.size(), 4u);
}

}  // namespace
}  // namespace rehearse
