#include "harness/view/series.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using record::Measure;
using record::Quantity;
using record::Sampled;
using record::Series;
using record::Subject;
using testing::IsEmpty;

// Of the process `incarnation` of validator-1, two samples a second, from that second on.
void lives(made::Upgrade& u, double from, double seconds, int incarnation) {
  for (double s = 0; s <= seconds; s += 0.5) u.add(from + s, "validator-1", Sampled{static_cast<std::int64_t>(1e8 + 1e6 * s), 1, 0, 40, 5'000'000, 110}, incarnation);
}

std::vector<Series> of(const std::vector<Series>& all, const std::string& node, Quantity what) {
  std::vector<Series> found;
  for (const auto& s : all)
    if (s.node == node && s.what == what) found.push_back(s);
  return found;
}

std::optional<double> measured(const made::Upgrade& u, Subject subject, Quantity what) {
  for (const auto& m : measures_of(u.view()))
    if (m.of == subject && m.what == what) return m.value;
  return std::nullopt;
}

void inject(made::Upgrade& u, double when) {
  u.add(0.5, "", record::FaultPlanned{"1", "kill", "voting", "one", {"validator-4"}, {}, 0, true});
  u.add(when, "", record::FaultTransition{"1", FaultState::injecting, "", {"validator-4"}, {"validator-4"}, made::micros(when)});
}

TEST(Series, AreOfEachProcessByTheRunsTime) {
  const auto all = series_of(made::healthy().view());
  const auto memory = of(all, "validator-2", Quantity::memory);
  ASSERT_EQ(memory.size(), 2u);
  EXPECT_EQ(memory[0].process, 1);
  EXPECT_EQ(memory[0].points.at(0).value, 120);
  EXPECT_NEAR(memory[0].points.at(0).at, 2.0 - made::at::kRunStarted, 1e-6);
  EXPECT_EQ(memory[1].process, 2);
  EXPECT_EQ(memory[1].points.at(0).value, 150);
  EXPECT_THAT(of(all, "validator-2", Quantity::goroutines), IsEmpty()) << "0 is not known";
}

TEST(Series, LeaveOutAProcessThatIsAboutToBeGone) {
  auto u = made::healthy();
  u.add(3.0, "validator-2", Sampled{0, 1, 0, 0, 5'000'000, 113});
  const auto all = series_of(u.view());
  EXPECT_EQ(of(all, "validator-2", Quantity::memory).at(0).points.size(), 1u);
  EXPECT_THAT(of(all, "validator-2", Quantity::goroutines), IsEmpty());
}

TEST(Series, OfTheNetworkAreItsBlockIntervals) {
  const auto blocks = of(series_of(made::healthy().view()), "", Quantity::block_interval);
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].points.size(), static_cast<std::size_t>(made::kLast) - 1);
  EXPECT_NEAR(blocks[0].points.at(5).value, made::kBlockSeconds, 1e-6);
}

TEST(Series, LongOnesAreSlicesWithoutAProcessYouth) {
  auto u = made::healthy();
  lives(u, 20, 200, 2);
  const auto all = of(long_series_of(u.view()), "validator-1", Quantity::memory);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].process, 2);
  EXPECT_EQ(all[0].points.size(), kSlices);
  EXPECT_GT(all[0].points.front().at, 60);
  EXPECT_NEAR(slope_of(all[0].points), 1, 1e-6) << "MB a second";
}

TEST(Series, OfAProcessThatLivedForAMinuteOrTwoAreNotLong) {
  auto u = made::healthy();
  lives(u, 20, 150, 2);
  EXPECT_THAT(long_series_of(u.view()), IsEmpty());
}

TEST(Measures, AreMediansOverValidatorsInBlocksThatPlansHaveInCommon) {
  const auto u = made::healthy();
  EXPECT_EQ(measured(u, Subject::old_release, Quantity::memory), 120);
  EXPECT_EQ(measured(u, Subject::new_release, Quantity::memory), 150);
  EXPECT_NEAR(measured(u, Subject::old_release, Quantity::block_interval).value_or(0), made::kBlockSeconds, 1e-6);
  EXPECT_NEAR(measured(u, Subject::new_release, Quantity::block_interval).value_or(0), made::kBlockSeconds, 1e-6);
}

TEST(Measures, OfADatabaseAreThoseBeforeTheUpgradeOnly) {
  auto u = made::healthy();
  for (auto* s : u.all<Sampled>()) s->data_bytes = 7'000'000;
  EXPECT_EQ(measured(u, Subject::old_release, Quantity::database), 7);
  EXPECT_EQ(measured(u, Subject::new_release, Quantity::database), std::nullopt);
}

TEST(Measures, EndWhereAFaultBegins) {
  auto late = made::healthy(), early = made::healthy();
  inject(late, 3.0);
  inject(early, 1.9);
  EXPECT_EQ(measured(late, Subject::old_release, Quantity::memory), 120);
  EXPECT_EQ(measured(late, Subject::new_release, Quantity::memory), std::nullopt);
  EXPECT_EQ(measured(early, Subject::old_release, Quantity::memory), std::nullopt);
}

TEST(Measures, OfANewReleaseThatNobodyRunsAreNone) {
  auto u = made::healthy();
  u.add(3.9, "", record::ExpectedOutcome{made::kHeight, WhichRelease::from, false});
  EXPECT_EQ(measured(u, Subject::old_release, Quantity::memory), 120);
  EXPECT_EQ(measured(u, Subject::new_release, Quantity::memory), std::nullopt) << "called off, or skipped";
}

TEST(Measures, OfAnothersPastAreNone) {
  auto u = made::healthy();
  u.add(3.9, "", record::Forked{"checkpoint", "other", Phase::waiting, 20, 3});
  EXPECT_THAT(measures_of(u.view()), IsEmpty());
}

}  // namespace
}  // namespace rehearse
