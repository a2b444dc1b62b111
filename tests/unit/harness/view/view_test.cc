// The fold of events to the network view: what it keeps of each, and what it must not believe.
#include "harness/view/view.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::kHeight;
using made::micros;
using made::validator;
using record::HeadSeen;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kEnd = 7;  // after all that is made

const NodeView& first_node(const NetworkView& v) { return v.nodes.at("validator-1"); }

// --- Plans

// Withdrawn at its height, and planned once more.
TEST(View, HasHaltedForTheLastPlanOnly) {
  auto u = healthy();
  EXPECT_TRUE(first_node(u.view()).halt);
  u.add(kEnd, "", record::PlanProposed{"v2.0.0", "", "2", kHeight + 50});
  EXPECT_FALSE(first_node(u.view()).halt);
  u.add(kEnd + 1, "validator-1", record::UpgradeInfoSeen{"v2.0.0", kHeight});
  EXPECT_FALSE(first_node(u.view()).halt) << "the file that the first has left";
  u.add(kEnd + 2, "validator-1", record::UpgradeInfoSeen{"v2.0.0", kHeight + 50});
  EXPECT_TRUE(first_node(u.view()).halt);
}

TEST(View, ForgetsWithALegWhatItBroughtAboutOnPurpose) {
  for (const bool on_purpose : {true, false}) {
    auto u = healthy();
    const auto said = u.view().nodes.at("validator-1").lines.size();
    u.add(kEnd, "", record::LegStarted{"rollback", "Upgrade taken back", {}});
    if (on_purpose) u.add(kEnd, "", record::Expected{Cause::upgrade_handler_error, "it is what is rolled back", true});
    u.error(kEnd, "validator-1", "upgrade handler failed");
    u.add(kEnd + 1, "", record::LegEnded{"rollback"});
    const auto view = u.view();
    EXPECT_FALSE(view.expects("", Cause::upgrade_handler_error));
    EXPECT_EQ(first_node(view).lines.size(), on_purpose ? 0 : said + 1);
    EXPECT_EQ(first_node(view).lines_of_past_legs.size(), on_purpose ? said + 1 : 0) << "its page has them all";
  }
}

TEST(View, KnowsWhenTheLastPlanWasVotedFor) {
  auto u = healthy();
  u.add(kEnd, "", record::PlanProposed{"v2.0.0", "", "2", kHeight + 50});
  EXPECT_FALSE(u.view().milestones.contains(MilestoneName::passed));
  u.add(kEnd + 1, "", record::Milestone{MilestoneName::passed});
  EXPECT_EQ(u.view().milestones.at(MilestoneName::passed), micros(kEnd + 1));
}

TEST(View, HasNoPlanOnceTheLegIsOverThatDidNotCarryItOut) {
  for (const bool applied : {false, true}) {
    auto u = healthy();
    u.add(kEnd, "", record::LegStarted{"skip", "Skipped upgrade", {}});
    u.add(kEnd, "", record::PlanProposed{"v2.0.0", "", "2", kHeight + 50});
    u.add(kEnd, "", record::ExpectedOutcome{kHeight + 50, WhichRelease::from, applied});
    EXPECT_TRUE(u.view().plan);
    u.add(kEnd, "", record::LegEnded{"skip"});
    EXPECT_EQ(u.view().plan.has_value(), applied);
  }
}

// --- Processes

TEST(View, CountsTheIncarnationsOfANode) {
  const auto view = healthy().view();
  for (const auto& [name, n] : view.nodes) {
    EXPECT_EQ(n.incarnation, 2) << name;
    EXPECT_TRUE(n.alive) << name;
  }
  EXPECT_EQ(first_node(view).program, "upgrades/v2.0.0/bin/virtengine");
  EXPECT_EQ(first_node(view).started, micros(made::at::kNewBinary));
}

TEST(View, IgnoresAHeadOfAnEarlierIncarnation) {
  auto u = healthy();
  u.head_at(kEnd, "validator-1", 99, 99, 1);
  const auto view = u.view();
  EXPECT_EQ(first_node(view).head.store_height, made::kLast);
  EXPECT_FALSE(first_node(view).committed_at(99));
  EXPECT_FALSE(first_node(view).app_hashes.contains(99));
}

TEST(View, HasNoHeadOfANewProcessBeforeItsFirstAnswer) {
  auto u = healthy();
  u.add(kEnd, "validator-1", record::ProcessStarted{7, "virtengine"});
  const auto view = u.view();
  EXPECT_EQ(first_node(view).incarnation, 3);
  EXPECT_EQ(first_node(view).head.store_height, 0);
  EXPECT_EQ(view.lowest_height(), 0);
  EXPECT_TRUE(first_node(view).committed_at(made::kLast)) << "what was seen before stays seen";
}

TEST(View, KnowsThatANodeIsNotAliveAfterItsEnd) {
  auto u = healthy();
  u.exits(kEnd, "validator-1", 3, {"last"});
  const auto view = u.view();
  EXPECT_FALSE(first_node(view).alive);
  EXPECT_TRUE(view.nodes.at("validator-2").alive);
  ASSERT_EQ(first_node(view).ends.size(), 1u);
  const auto& end = first_node(view).ends.front();
  EXPECT_EQ(end.end.exit_code, 3);
  EXPECT_EQ(end.incarnation, 2);
  EXPECT_EQ(end.seen, micros(kEnd));
  EXPECT_FALSE(end.excused);
}

TEST(View, ExpectsTheEndsThatAStepSaid) {
  auto u = healthy();
  u.add(kEnd, "validator-1", record::Expected{kProcessEnds, "the step kills it", true});
  u.exits(kEnd + 1, "validator-1", 0, {});
  u.exits(kEnd + 1, "validator-2", 0, {});
  u.add(kEnd + 2, "validator-1", record::Expected{kProcessEnds, "", false});
  u.exits(kEnd + 3, "validator-1", 0, {});
  const auto view = u.view();
  EXPECT_TRUE(first_node(view).ends.at(0).excused);
  EXPECT_FALSE(first_node(view).ends.at(1).excused) << "it is not expected any more";
  EXPECT_FALSE(view.nodes.at("validator-2").ends.at(0).excused) << "another node's was expected";
}

TEST(View, ExpectsTheEndsOfAllNodesWhenTheStepNamesNone) {
  auto u = healthy();
  u.add(kEnd, "", record::Expected{kProcessEnds, "all are stopped", true});
  for (int i = 1; i <= 4; ++i) u.exits(kEnd + 1, validator(i), 0, {});
  for (const auto& [name, n] : u.view().nodes) EXPECT_TRUE(n.ends.at(0).excused) << name;
}

// Killed, and started until it stays: at first it may have met the halt, then it fails by itself.
TEST(View, ExcusesAFaultsNodeUntilItFailsAgainOnceTheFaultIsUndone) {
  auto u = healthy();
  const auto fault = [&](double when, FaultState state) {
    record::FaultTransition t{"1", state, "", {"validator-1"}, {}, 0};
    if (state == FaultState::injecting) t.takes_down = {"validator-1"};
    u.add(when, "", t);
  };
  u.add(kEnd, "", record::FaultPlanned{"1", "kill", "first-block", "validator-1", {"validator-1"}, {}, 0.2});
  fault(kEnd + 0.1, FaultState::injecting);
  u.exits(kEnd + 0.2, "validator-1", -1, {});
  fault(kEnd + 0.3, FaultState::healing);
  for (const int again : {1, 2}) {
    u.add(kEnd + again, "validator-1", record::ProcessStarted{7, "virtengine"});
    u.exits(kEnd + again + 0.5, "validator-1", 2, {"panic: half of it"});
  }
  const auto ends = first_node(u.view()).ends;
  ASSERT_EQ(ends.size(), 3u);
  EXPECT_TRUE(ends[0].of_fault && ends[0].excused) << "the kill";
  EXPECT_TRUE(ends[1].of_fault) << "it is started once more";
  EXPECT_FALSE(ends[2].of_fault || ends[2].excused);
}

// Killed between two stores of the upgrade's block: its operator restores its data.
TEST(View, ExcusesAFaultsNodeAsLongAsItMigrates) {
  auto u = healthy();
  u.cut(4.6);
  u.log(kEnd - 1, "validator-1", "applying-upgrade", "applying upgrade");
  ASSERT_FALSE(first_node(u.view()).committed_at(kHeight));
  u.add(kEnd - 0.5, "", record::FaultPlanned{"1", "kill", "swap", "validator-1", {"validator-1"}, {}, 0.2});
  u.add(kEnd - 0.4, "", record::FaultTransition{"1", FaultState::injecting, "", {"validator-1"}, {"validator-1"}, 0});
  u.add(kEnd, "", record::FaultTransition{"1", FaultState::healing, "", {"validator-1"}, {}, 0});
  for (const int again : {1, 2, 3}) u.exits(kEnd + again, "validator-1", 2, {"panic: half of it"});
  const auto view = u.view();
  for (const auto& end : first_node(view).ends) EXPECT_TRUE(end.of_fault);
}

// Killed at the halt and started again as it was: the old release ends until its operator installs the new one.
TEST(View, ExcusesAFaultsNodeAsLongAsItsOldReleaseHaltsAgain) {
  auto u = healthy();
  u.cut(made::at::kHalt + 0.3);
  u.add(kEnd - 0.5, "", record::FaultPlanned{"1", "kill", "halted", "validator-1", {"validator-1"}, {}, 0.2});
  u.add(kEnd - 0.4, "", record::FaultTransition{"1", FaultState::injecting, "", {"validator-1"}, {"validator-1"}, 0});
  u.exits(kEnd - 0.3, "validator-1", -1, {});
  u.add(kEnd, "", record::FaultTransition{"1", FaultState::healing, "", {"validator-1"}, {}, 0});
  int incarnation = first_node(u.view()).incarnation;
  for (const int again : {1, 2, 3}) {
    u.add(kEnd + again, "validator-1", record::ProcessStarted{7, "virtengine"}, ++incarnation);
    if (again < 3) u.log(kEnd + again + 0.2, "validator-1", "upgrade-needed", "UPGRADE \"v2.0.0\" NEEDED at height: 20");
    u.exits(kEnd + again + 0.5, "validator-1", 1, {"error during handshake"});
  }
  const auto view = u.view();
  const auto& ends = first_node(view).ends;
  ASSERT_GE(ends.size(), 4u);
  for (std::size_t i = 0; i < ends.size(); ++i) EXPECT_EQ(ends[i].excused, i + 1 < ends.size()) << i << ": the last says nothing of the upgrade";
}

// --- Heights

TEST(View, KnowsWhenEachHeightWasStoredAndCommitted) {
  const auto view = healthy().view();
  const auto& n = first_node(view);
  EXPECT_EQ(n.stored_at(1), micros(made::at::kFirstBlock));
  EXPECT_EQ(n.committed_at(1), micros(made::at::kFirstBlock));
  EXPECT_EQ(n.stored_at(kHeight + 1), micros(made::at::kResumed));
  EXPECT_FALSE(n.stored_at(made::kLast + 1));
}

// The block at H is stored when the old binary halts; only the new one commits it.
TEST(View, TellsStoredFromCommittedAtTheUpgradeHeight) {
  const auto view = healthy().view();
  EXPECT_EQ(first_node(view).stored_at(kHeight), micros(3.85));
  EXPECT_EQ(first_node(view).committed_at(kHeight), micros(made::at::kUpgraded));
}

TEST(View, CountsAHeightThatWasPassedBetweenTwoLooksAsSeenWithTheNext) {
  auto u = healthy();
  u.head_at(kEnd, "validator-1", made::kLast + 3, made::kLast + 3);
  for (int more = 1; more <= 3; ++more)
    EXPECT_EQ(first_node(u.view()).stored_at(made::kLast + more), micros(kEnd));
}

// Dropped blocks come again, and maybe as others; a state that was wrong stays what the node had.
TEST(View, KeepsTheFirstAppHashAndTheLastBlockHashOfAHeight) {
  auto u = healthy();
  u.add(kEnd, "validator-1", HeadSeen{made::kLast, "another", made::kLast, "another", "v2.0.0", false});
  const auto view = u.view();
  EXPECT_EQ(first_node(view).app_hashes.at(made::kLast), made::app_hash(made::kLast));
  EXPECT_EQ(first_node(view).block_hashes.at(made::kLast), "another");
}

TEST(View, ReadsTheAgreedAppHashOffTheNextBlock) {
  const auto view = healthy().view();
  EXPECT_EQ(view.agreed_app_hash(kHeight), made::app_hash(kHeight));
  EXPECT_EQ(view.agreed_app_hash(made::kLast), "");
}

TEST(View, HasTheLowestAndTheHighestHeight) {
  auto u = healthy();
  u.head_at(kEnd, "validator-3", 31, 31);
  EXPECT_EQ(u.view().highest_height(), 31);
  EXPECT_EQ(u.view().lowest_height(), made::kLast);
  EXPECT_EQ(NetworkView{}.lowest_height(), 0);
  EXPECT_EQ(NetworkView{}.highest_height(), 0);
}

// --- Answers

TEST(View, LooksAnAnswerUpByItsMoment) {
  const auto view = healthy().view();
  ASSERT_TRUE(view.answer("planned", "current-plan", "validator-1"));
  EXPECT_FALSE(view.answer("planned", "current-plan", "validator-1")->answer.absent);
  ASSERT_TRUE(view.answer("after", "current-plan", "validator-1"));
  EXPECT_TRUE(view.answer("after", "current-plan", "validator-1")->answer.absent);
  EXPECT_FALSE(view.answer("before", "current-plan", "validator-1"));
}

TEST(View, LooksAnAnswerUpByItsArguments) {
  const auto view = healthy().view();
  const auto* a = view.answer("after", "delegation", "validator-1",
                              {{"delegator", "ve1account3"}, {"validator", "vevaloper1operator3"}});
  ASSERT_TRUE(a);
  EXPECT_EQ(a->answer.value, "30000000");
  EXPECT_FALSE(view.answer("after", "delegation", "validator-1", {{"delegator", "ve1account3"}}));
  EXPECT_TRUE(view.answer("after", "delegation", "validator-1")) << "without arguments: any";
}

TEST(View, LooksAnAnswerUpByItsHeightAndNode) {
  auto u = healthy();
  u.answer("after", "balance", "validator-1", kHeight - 1).value = "of the past";
  const auto view = u.view();
  EXPECT_EQ(view.answer("after", "balance", "validator-1", {}, kHeight - 1)->answer.value, "of the past");
  EXPECT_EQ(view.answer("after", "balance", "validator-1")->answer.value, "123456789");
  EXPECT_FALSE(view.answer("after", "balance", "validator-2"));
  EXPECT_FALSE(view.answer("after", "balance", "validator-1", {}, kHeight));
}

TEST(View, TakesTheLatestOfTwoAnswers) {
  auto u = healthy();
  u.add(kEnd, "validator-1", record::Answered{"after", "supply", {}, 0, "cli", true, false, "1", ""});
  EXPECT_EQ(u.view().answer("after", "supply", "validator-1")->answer.source, "cli");
}

// --- The rest

TEST(View, FindsALogLineFromAnIncarnationOn) {
  const auto view = healthy().view();
  const auto& n = first_node(view);
  ASSERT_TRUE(n.line(Pattern::upgrade_needed));
  EXPECT_EQ(n.line(Pattern::upgrade_needed)->incarnation, 1);
  EXPECT_FALSE(n.line(Pattern::upgrade_needed, 2));
  ASSERT_TRUE(n.line(Pattern::applying_upgrade, 2));
  EXPECT_FALSE(n.line(Pattern::panic));
}

TEST(View, KnowsThePhaseOfAMoment) {
  const auto view = healthy().view();
  EXPECT_EQ(view.phase_at(micros(0.01)), std::nullopt);
  EXPECT_EQ(view.phase_at(micros(1.0)), Phase::prepare);
  EXPECT_EQ(view.phase_at(micros(5.0)), Phase::swap);
  EXPECT_EQ(view.phase_at(micros(kEnd)), Phase::verified);
}

TEST(View, AddsUpPower) {
  const auto view = healthy().view();
  EXPECT_EQ(view.total_power(), 100);
  EXPECT_EQ(view.power_of({"validator-2", "validator-4", "nobody"}), 40);
}

TEST(View, KnowsValidatorsFromOtherNodesInTheOrderOfThePlan) {
  auto u = healthy();
  auto& members = u.all<record::NetworkPlanned>().front()->members;
  members.insert(members.begin(), {"full-1", false, 0, "", "", "", ""});
  const auto view = u.view();
  EXPECT_EQ(view.all().front()->member.name, "full-1");
  EXPECT_EQ(view.validators().size(), 4u);
  EXPECT_EQ(view.validators().front()->member.name, "validator-1");
}

TEST(View, KeepsTheFirstMomentOfAName) {
  auto u = healthy();
  u.add(kEnd, "", record::Milestone{MilestoneName::asked});
  EXPECT_EQ(u.view().milestones.at(MilestoneName::asked), micros(made::at::kAsked));
}

TEST(View, IgnoresWhatIsSaidOfANodeThatWasNotPlanned) {
  auto u = healthy();
  const auto before = u.view().nodes.size();
  u.head_at(kEnd, "nobody", 99, 99);
  u.exits(kEnd, "nobody", 1, {});
  u.error(kEnd, "nobody", "ERR no");
  EXPECT_EQ(u.view().nodes.size(), before);
  EXPECT_EQ(u.view().highest_height(), made::kLast);
}

TEST(View, IsTheSameFoldedAtOnceAndOneByOne) {
  NetworkView view;
  const auto events = healthy().events();
  for (const auto& e : events) fold(view, e);
  EXPECT_EQ(view.last_seq, static_cast<std::int64_t>(events.size()));
  EXPECT_EQ(view.last_seen, events.back().seen);
  EXPECT_EQ(view.answers.size(), fold_all(events).answers.size());
  EXPECT_EQ(view.progress, fold_all(events).progress);
}

// What wakes whoever waits: an error in a log is no progress, a block is.
TEST(View, TakesForProgressOnlyWhatMovesTheNetwork) {
  auto u = healthy();
  const auto before = u.view().progress;
  u.error(kEnd, "validator-1", "ERR no");
  u.add(kEnd, "validator-1", record::Sampled{1, 1});
  EXPECT_EQ(u.view().progress, before);
  u.head_at(kEnd, "validator-1", made::kLast + 1, made::kLast + 1);
  EXPECT_GT(u.view().progress, before);
}

}  // namespace
}  // namespace rehearse
