// What grows over a soak or a long network, and what only seems to.
#include "harness/history/trends.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_history.h"

namespace rehearse::history {
namespace {

using record::Quantity;
using record::Subject;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kMinutes = 60;  // of a soak whose runs take one each
using Value = double (*)(double minute);

double level(double minute) { return 40 + static_cast<int>(minute * 7) % 5; }
double leak(double minute) { return level(minute) + minute; }

// An hour of runs, each of which was measured at that.
made::Nights soak_of(Subject subject, Quantity what, Value value) {
  made::Nights made;
  made.add(0);
  for (double minute = 0; minute < kMinutes; ++minute) {
    auto i = made::passing(1);
    i.seconds = 60;
    i.measures.of_run = {{subject, what, value(minute)}};
    made.add(i);
  }
  return made;
}

// One run whose process was followed for an hour.
made::Nights network_of(Quantity what, Value value, double minutes = kMinutes) {
  auto i = made::passing(1);
  record::Series s{"validator-1", 2, what};
  for (double minute = 0; minute <= minutes; minute += minutes / 12) s.points.push_back({60 * minute, value(minute)});
  i.measures.series = {s};
  made::Nights made;
  return made.add(0).add(i);
}

std::vector<std::string> growth_in(const made::Nights& made) {
  std::vector<std::string> all;
  for (const auto& w : made.summary().comparison.worse)
    if (w.in == WorseIn::growth) all.push_back(w.which);
  return all;
}

// Four runs at a time: the hour of the soak had four of them.
TEST(Trends, AreByTheHourOfTheSoakWhereRunsAreSideBySide) {
  auto made = soak_of(Subject::harness, Quantity::memory, leak);
  const auto one_by_one = made.summary().trends.at(0).slope;
  made.nights[0].started = "2026-04-30T21:00:00Z", made.nights[0].ended = "2026-04-30T21:15:00Z";
  EXPECT_NEAR(made.summary().trends.at(0).slope, 4 * one_by_one, 1);
  made.nights[0].ended = "2026-04-30T20:00:00Z";
  EXPECT_EQ(made.summary().trends.at(0).slope, one_by_one) << "the clock was set back";
}

TEST(Trends, FindALeakOfTheHarnessInAnHour) {
  const auto made = soak_of(Subject::harness, Quantity::memory, leak);
  EXPECT_THAT(growth_in(made), ElementsAre("memory of harness"));
  const auto t = made.summary().trends.at(0);
  EXPECT_NEAR(t.slope, 60, 3) << "MB an hour";
  EXPECT_LT(t.chance, 0.01);
  EXPECT_EQ(t.points, 60u);
  EXPECT_EQ(t.medians.size(), kSlices);
  EXPECT_LT(t.first, t.last);
  EXPECT_THAT(t.network, IsEmpty());
}

TEST(Trends, AreNoGrowthWhereThereIsNone) {
  EXPECT_THAT(growth_in(soak_of(Subject::harness, Quantity::memory, level)), IsEmpty());
  EXPECT_THAT(growth_in(soak_of(Subject::harness, Quantity::memory, [](double minute) { return 100 - minute; })), IsEmpty()) << "it falls";
  EXPECT_THAT(growth_in(soak_of(Subject::harness, Quantity::memory, [](double minute) { return minute < 30 ? 40.0 : 80.0; })), IsEmpty())
      << "one step";
}

TEST(Trends, AreNoGrowthThatCountsWhereNobodyWouldCare) {
  const auto slow = soak_of(Subject::harness, Quantity::memory, [](double minute) { return 40 + minute / 20; });
  EXPECT_LT(slow.summary().trends.at(0).chance, 0.01) << "it is sure";
  EXPECT_THAT(growth_in(slow), IsEmpty()) << "and less than a tenth";
  EXPECT_THAT(growth_in(soak_of(Subject::soak, Quantity::open_files, [](double minute) { return 10 + minute / 12; })), IsEmpty()) << "a few files";
  EXPECT_THAT(growth_in(soak_of(Subject::soak, Quantity::open_files, [](double minute) { return 10 + minute; })), ElementsAre("open-files of soak"));
}

TEST(Trends, AreNoGrowthOfAFewRuns) {
  auto made = soak_of(Subject::harness, Quantity::memory, leak);
  made.iterations.resize(7);
  EXPECT_THAT(growth_in(made), IsEmpty());
}

TEST(Trends, AreOfEachReleaseOfEachHost) {
  auto made = soak_of(Subject::old_release, Quantity::block_interval, [](double minute) { return 0.2 + minute / 300; });
  made.iterations.back().from = "v1.1.0";
  std::vector<std::string> all;
  for (const auto& t : made.summary().trends) all.push_back(t.name);
  EXPECT_THAT(all, ElementsAre("block-interval of v1.0.0 before the upgrade", "block-interval of v1.1.0 before the upgrade"));
  EXPECT_THAT(growth_in(made), ElementsAre("block-interval of v1.0.0 before the upgrade"));
  made.nights.push_back(made.nights[0]);
  made.nights[1].host = "nightly-2", made.nights[1].id = 2, made.nights[1].started.replace(11, 2, "21");
  made.add(made::passing(2));
  made.iterations.back().measures.of_run = {{Subject::harness, Quantity::memory, 40}};
  all.clear();
  for (const auto& t : made.summary().trends) all.push_back(t.name);
  EXPECT_THAT(all, Contains("memory of harness on nightly-2"));
}

TEST(Trends, OfANetworkAreThoseOfItsProcesses) {
  const auto made = network_of(Quantity::memory, [](double minute) { return 200 + minute; });
  EXPECT_THAT(growth_in(made), ElementsAre("memory of validator-1 (process 2) in chain-upgrade-17"));
  EXPECT_EQ(made.summary().trends.at(0).network, "chain-upgrade-17");
  EXPECT_NEAR(made.summary().trends.at(0).slope, 60, 1e-6);
  EXPECT_THAT(growth_in(network_of(Quantity::memory, [](double minute) { return 200 + 8 * minute; }, 5)), IsEmpty()) << "five minutes are too few";
  EXPECT_THAT(growth_in(network_of(Quantity::database, [](double minute) { return 20 + minute; })), IsEmpty()) << "it grows with the blocks";
  EXPECT_THAT(growth_in(soak_of(Subject::old_release, Quantity::database, [](double minute) { return 20 + minute; })),
              ElementsAre("database of v1.0.0 before the upgrade"))
      << "but not from run to run";
}

TEST(Trends, AreOfTheLastNight) {
  auto made = soak_of(Subject::harness, Quantity::memory, leak);
  made.add(3);
  EXPECT_THAT(made.summary().trends, IsEmpty());
  EXPECT_THAT(made::Nights().summary().trends, IsEmpty());
}

}  // namespace
}  // namespace rehearse::history
