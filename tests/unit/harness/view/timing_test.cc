// Where a run's time went, and its timeline, read off made journals.
#include "harness/view/timing.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::healthy;
using made::validator;
using record::TimelineEntry;
using record::Timing;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
namespace at = made::at;

constexpr double kMicrosecond = 1e-6;
const double kLastLag = made::lag_of(4);

Timing timing(const made::Upgrade& u) { return timing_of(u.view()); }

double sum_of_parts(const Timing& t) {
  double sum = 0;
  for (const auto& p : t.parts) sum += p.seconds;
  return sum;
}

std::vector<std::string> part_names(const Timing& t) {
  std::vector<std::string> names;
  for (const auto& p : t.parts) names.push_back(p.name);
  return names;
}

double part(const Timing& t, const std::string& name) {
  for (const auto& p : t.parts)
    if (p.name == name) return p.seconds;
  ADD_FAILURE() << "no part " << name;
  return -1;
}

// When it was entered on the timeline; -1 when it was not.
double when(const std::vector<TimelineEntry>& entries, const std::string& what,
            const std::string& node = "") {
  double found = -1;
  for (const auto& e : entries)
    if (e.what == what && e.node == node) {
      EXPECT_EQ(found, -1) << "twice: " << what;
      found = e.t_s;
    }
  return found;
}

// --- Parts

TEST(Timing, GivesEachMomentOfAWholeRunToOnePart) {
  const auto t = timing(healthy());
  EXPECT_THAT(part_names(t), ElementsAre("launch", "preflight", "prepare", "boot", "propose", "vote", "wait",
                                         "switch", "blocks", "checks", "teardown"));
  EXPECT_NEAR(t.wall_s, at::kTornDown, kMicrosecond);
  EXPECT_NEAR(sum_of_parts(t), t.wall_s, kMicrosecond);
}

TEST(Timing, MeasuresEachPartBetweenTheTwoEventsOfItsTable) {
  const auto t = timing(healthy());
  EXPECT_NEAR(part(t, "launch"), at::kRunStarted, kMicrosecond);
  EXPECT_NEAR(part(t, "preflight"), at::kReleasesOpened - at::kRunStarted, kMicrosecond);
  EXPECT_NEAR(part(t, "prepare"), at::kStarted - at::kReleasesOpened, kMicrosecond);
  EXPECT_NEAR(part(t, "boot"), at::kFirstBlock + kLastLag - at::kStarted, kMicrosecond);
  EXPECT_NEAR(part(t, "propose"), at::kPlan - at::kFirstBlock - kLastLag, kMicrosecond);
  EXPECT_NEAR(part(t, "vote"), at::kPassed - at::kPlan, kMicrosecond);
  EXPECT_NEAR(part(t, "wait"), at::kHalt + kLastLag - at::kPassed, kMicrosecond);
  EXPECT_NEAR(part(t, "switch"), at::kResumed - at::kHalt, kMicrosecond);
  EXPECT_NEAR(part(t, "blocks"), at::kLastBlock - at::kResumed, kMicrosecond);
  EXPECT_NEAR(part(t, "checks"), at::kStopped - at::kLastBlock - kLastLag, kMicrosecond);
  EXPECT_NEAR(part(t, "teardown"), at::kTornDown - at::kStopped, kMicrosecond);
}

TEST(Timing, AttributesEverySecondOfARunThatEndedEarly) {
  for (const auto& u : {made::handler_error(), made::refused(Cause::checksum_mismatch, ""),
                        made::conflicting_blocks(), made::does_not_halt(), made::only_upgraded({2, 4})}) {
    const auto t = timing(u);
    EXPECT_NEAR(sum_of_parts(t), t.wall_s, kMicrosecond);
    EXPECT_EQ(part_names(t).back(), "teardown");
    EXPECT_EQ(t.floor_s, 0) << "its moments were not all reached";
    EXPECT_EQ(t.switch_s, 0);
    for (const auto& p : t.parts) EXPECT_GE(p.seconds, 0) << p.name;
  }
}

TEST(Timing, OfARunThatARuleEndedHasThePartsThatWereReached) {
  const auto t = timing(made::handler_error());
  EXPECT_THAT(part_names(t), ElementsAre("launch", "preflight", "prepare", "boot", "propose", "vote", "wait",
                                         "checks", "teardown"));
  EXPECT_NEAR(t.boot_s, at::kFirstBlock + kLastLag - at::kStarted, kMicrosecond);
}

TEST(Timing, OfAKilledHarnessEndsWithTheLastEventItWrote) {
  auto u = healthy();
  u.cut(3.0);
  const auto t = timing(u);
  EXPECT_EQ(part_names(t).back(), "rest");
  EXPECT_NEAR(sum_of_parts(t), t.wall_s, kMicrosecond);
  EXPECT_LT(t.wall_s, 3.0);
}

TEST(Timing, OfAnEmptyJournalIsNothing) {
  const auto t = timing_of(NetworkView{});
  EXPECT_EQ(t.wall_s, 0);
  EXPECT_THAT(t.parts, IsEmpty());
}

// --- Floor

TEST(Timing, FloorIsBootVotingPeriodSwitchAndTenNominalBlocks) {
  const auto t = timing(healthy());
  const double boot = at::kFirstBlock + kLastLag - at::kStarted;
  const double change = at::kResumed - at::kHalt;  // the last node's halt to the last node's H + 1
  EXPECT_NEAR(t.boot_s, boot, kMicrosecond);
  EXPECT_NEAR(t.switch_s, change, kMicrosecond);
  EXPECT_NEAR(
      t.floor_s,
      boot + 2 * made::kBlockSeconds + 2.0 + 3 * made::kBlockSeconds + change + 5 * made::kBlockSeconds,
      kMicrosecond);
}

TEST(Timing, FloorTakesTheConditionsOfTheRun) {
  auto u = healthy();
  const auto before = timing(u);
  u.all<record::NetworkPlanned>().front()->voting_period_s = 7.0;
  u.all<record::RunStarted>().front()->conditions["nominal_block_s"] = 1.15;
  EXPECT_NEAR(timing(u).floor_s - before.floor_s, 5.0 + 10 * 1.0, kMicrosecond);
}

TEST(Timing, TellsWhatTheHarnessItselfTook) {
  const auto t = timing(healthy());
  EXPECT_EQ(t.harness_cpu_s, 0.3);
  EXPECT_EQ(t.harness_peak_mb, 50);
}

TEST(Timing, ToTheVerdictIsFromTheLastAnswerOrFromTheProof) {
  EXPECT_NEAR(healthy().judged().timing.to_verdict_s, at::kStopped - at::kAnswers, kMicrosecond);
  auto u = made::handler_error();
  u.add(4.96, "", record::Milestone{MilestoneName::proven});
  EXPECT_NEAR(u.judged().timing.to_verdict_s, made::kProven - 4.96, kMicrosecond);
}

TEST(Timing, FromTheEvidenceIsFromTheLineThatTheDiagnosisShows) {
  auto u = made::handler_error();
  u.add(4.96, "", record::Milestone{MilestoneName::proven});
  const auto record = u.judged();
  ASSERT_NE(record.diagnosis->evidence_at, "");
  EXPECT_NEAR(record.timing.from_evidence_s, made::kProven - 4.9, kMicrosecond);
  EXPECT_EQ(healthy().judged().timing.from_evidence_s, healthy().judged().timing.to_verdict_s) << "nothing failed";
}

// --- Timeline

TEST(Timeline, HasTheMomentsOfTheNetworkInTheirOrder) {
  auto entries = timeline_of(healthy().view());
  EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end(),
                             [](const auto& a, const auto& b) { return a.t_s < b.t_s; }));
  std::vector<std::string> of_network;
  for (const auto& e : entries)
    if (e.node.empty()) of_network.push_back(e.what);
  EXPECT_THAT(of_network, ElementsAre("proposal submitted", "voting ends, upgrade confirmed",
                                      "T-0: chain halts at upgrade height", "majority of the power upgraded",
                                      "chain resumes", "verification complete"));
}

TEST(Timeline, StartsItsClockWhenTheFirstNodeHalts) {
  const auto entries = timeline_of(healthy().view());
  EXPECT_NEAR(when(entries, "T-0: chain halts at upgrade height"), at::kHalt, kMicrosecond);
  for (const auto& e : entries) EXPECT_NEAR(e.after_halt_s, e.t_s - at::kHalt, kMicrosecond) << e.what;
}

TEST(Timeline, SaysOfEachValidatorWhenItHaltedUpgradedAndWentOn) {
  const auto entries = timeline_of(healthy().view());
  for (int i = 1; i <= 4; ++i) {
    EXPECT_NEAR(when(entries, "halted", validator(i)), at::kHalt + made::lag_of(i), kMicrosecond);
    EXPECT_NEAR(when(entries, "upgraded", validator(i)), at::kUpgraded + 0.1 * (i - 1), kMicrosecond);
    EXPECT_NEAR(when(entries, "first block", validator(i)), at::kResumed + made::lag_of(i), kMicrosecond);
  }
}

// 40 and 30 are more than 2/3: validator-2 tips it, whatever the others do.
TEST(Timeline, HasTheMajorityAtTheNodeThatTipsIt) {
  const auto entries = timeline_of(healthy().view());
  EXPECT_EQ(when(entries, "majority of the power upgraded"), when(entries, "upgraded", validator(2)));
}

// 30, 20 and 10 are not: validator-1 tips it, though three of four were upgraded before.
TEST(Timeline, CountsPowerForTheMajorityNotNodes) {
  auto u = healthy();
  std::erase_if(u.made, [](const auto& e) {
    const auto* h = std::get_if<record::HeadSeen>(&e.body);
    return h && e.node == validator(1) && h->app_height == made::kHeight;
  });
  u.head_at(5.2, validator(1), made::kHeight, made::kHeight);
  const auto entries = timeline_of(u.view());
  EXPECT_NEAR(when(entries, "majority of the power upgraded"), 5.2, kMicrosecond);
}

TEST(Timeline, HasTheChainResumeAtTheFirstNodeWithTheNextBlock) {
  EXPECT_NEAR(when(timeline_of(healthy().view()), "chain resumes"), at::kResumed, kMicrosecond);
}

TEST(Timeline, OfARunThatEndedEarlyHasOnlyWhatWasReached) {
  const auto entries = timeline_of(made::only_upgraded({2, 4}).view());
  EXPECT_EQ(when(entries, "majority of the power upgraded"), -1);
  EXPECT_EQ(when(entries, "chain resumes"), -1);
  EXPECT_EQ(when(entries, "verification complete"), -1);
  EXPECT_GT(when(entries, "upgraded", validator(4)), 0);
  EXPECT_EQ(when(entries, "upgraded", validator(1)), -1);
}

TEST(Timeline, OfARunWithoutAPlanIsEmpty) {
  EXPECT_THAT(timeline_of(made::refused(Cause::checksum_mismatch, "").view()), IsEmpty());
}

}  // namespace
}  // namespace rehearse
