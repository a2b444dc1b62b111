// Made series of an hour, as a process' memory is: what rises in them has to be found, and what only looks like it has not.
#include "localnet/base/slope.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <random>

namespace rehearse {
namespace {

constexpr double kHour = 3600;    // seconds
constexpr int kTimes = 100;       // that a series is made anew
constexpr int kHardlyEver = 3;    // of them, by chance
constexpr double kChance = 0.01;

// A value every ten seconds.
std::vector<Measured> over_an_hour(const std::function<double(double second)>& value) {
  std::vector<Measured> all;
  for (double at = 0; at < kHour; at += 10) all.push_back({at, value(at)});
  return all;
}

bool rises(const std::vector<Measured>& all) {
  const auto slices = slices_of(all);
  return slope_of(slices) > 0 && chance_of_slope(slices) < kChance && !is_step(slices);
}

// How many of so many series of the same making rise.
int times_risen(const std::function<std::vector<Measured>(std::mt19937&)>& make) {
  std::mt19937 random(7);
  int risen = 0;
  for (int i = 0; i < kTimes; ++i) risen += rises(make(random));
  return risen;
}

double noise(std::mt19937& random, double deviation) { return std::normal_distribution<double>(0, deviation)(random); }
double any_of(std::mt19937& random, double most) { return std::uniform_real_distribution<double>(0, most)(random); }

TEST(Slope, IsTheMedianOfAllPairs) {
  EXPECT_EQ(slope_of({{0, 1}, {1, 3}, {2, 5}, {3, 100}, {4, 9}}), 2) << "one that stands far out does not turn it";
  EXPECT_EQ(slope_of({{5, 1}}), 0);
  EXPECT_EQ(slope_of({{5, 1}, {5, 9}}), 0);
}

// Tables of Kendall's test have S = 10 of five values as z = 9 / 4.08; the residuals of what is straight say nothing more.
TEST(Slope, ChanceIsThatOfMannAndKendall) {
  const std::vector<Measured> rising = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}};
  EXPECT_NEAR(chance_of_slope(rising), 0.0275, 0.0005);
  auto falling = rising;
  for (auto& m : falling) m.value = -m.value;
  EXPECT_DOUBLE_EQ(chance_of_slope(falling), chance_of_slope(rising));
  EXPECT_EQ(chance_of_slope({}), 1);
  EXPECT_EQ(chance_of_slope({{0, 1}, {1, 2}}), 1) << "two values say nothing";
}

TEST(Slope, OfAStraightLineIsSureWhateverRoundingLeaves) {
  EXPECT_LT(chance_of_slope(slices_of(over_an_hour([](double s) { return 40 + s / 1200; }))), 1e-4);
}

TEST(Slope, EqualValuesSayLessThanOthers) {
  EXPECT_EQ(chance_of_slope({{0, 7}, {1, 7}, {2, 7}, {3, 7}, {4, 7}, {5, 7}}), 1);
  EXPECT_GT(chance_of_slope({{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 2}}), 0.1);
}

TEST(Slope, SlicesAreMediansOfPartsOfTheTime) {
  std::vector<Measured> all;
  for (int i = 0; i <= 120; ++i) all.push_back({i / 1.0, i % 10 == 5 ? 1000.0 : 3.0});
  const auto slices = slices_of(all);
  ASSERT_EQ(slices.size(), kSlices);
  for (const auto& s : slices) EXPECT_EQ(s.value, 3);
  EXPECT_EQ(slices_of({{1, 2}, {2, 3}, {100, 4}}).size(), 2u) << "parts without a value have none";
  EXPECT_EQ(slices_of({{1, 2}, {1, 4}}).size(), 1u);
  EXPECT_TRUE(slices_of({}).empty());
}

TEST(Slope, OfSlicesIsThatOfTheirSlices) {
  const auto once = slices_of(over_an_hour([](double s) { return s / 60; }));
  const auto again = slices_of(once);
  ASSERT_EQ(again.size(), once.size());
  EXPECT_NEAR(slope_of(again) * 60, 1, 1e-9);
}

TEST(Slope, FindsAMegabyteAMinuteUnderNoise) {
  EXPECT_GE(times_risen([](auto& r) { return over_an_hour([&](double s) { return 200 + s / 60 + noise(r, 20); }); }), kTimes - kHardlyEver);
  const auto leak = slices_of(over_an_hour([](double s) { return 200 + s / 60; }));
  EXPECT_NEAR(slope_of(leak) * 60, 1, 1e-6);
}

TEST(Slope, FindsItUnderACollectorsSawTooth) {
  EXPECT_GE(times_risen([](auto& r) {
              const double phase = any_of(r, 1);
              return over_an_hour([&](double s) { return 200 + s / 60 + 40 * std::fmod(s / 120 + phase, 1) + noise(r, 2); });
            }),
            kTimes - kHardlyEver);
}

TEST(Slope, FindsNoneInNoiseOrASawTooth) {
  EXPECT_LE(times_risen([](auto& r) { return over_an_hour([&](double) { return 200 + noise(r, 20); }); }), kHardlyEver);
  for (const double period : {120.0, 1200.0})
    EXPECT_LE(times_risen([&](auto& r) {
                const double phase = any_of(r, 1);
                return over_an_hour([&](double s) { return 200 + 40 * std::fmod(s / period + phase, 1) + noise(r, 2); });
              }),
              kHardlyEver);
}

// It is pulled back to its middle within a minute, or within a quarter of an hour.
TEST(Slope, FindsNoneWhereNeighboursAreAlike) {
  for (const double memory : {60.0, 300.0, 900.0})
    EXPECT_LE(times_risen([&](auto& r) {
                double away = 0;
                const double kept = std::exp(-10 / memory);
                return over_an_hour([&](double) { return 200 + (away = kept * away + noise(r, 5)); });
              }),
              kHardlyEver);
}

TEST(Slope, FindsNoneInAWalkThatReturns) {
  EXPECT_LE(times_risen([](auto& r) {
              double at = 0;
              auto all = over_an_hour([&](double) { return 200 + (at += noise(r, 3)); });
              for (auto& m : all) m.value -= at * m.at / kHour;
              return all;
            }),
            kHardlyEver);
}

TEST(Slope, FindsNoneInOneStepWheneverItComes) {
  for (const double when : {0.1, 0.25, 0.5, 0.75, 0.9})
    EXPECT_LE(times_risen([&](auto& r) { return over_an_hour([&](double s) { return (s < when * kHour ? 200 : 260) + noise(r, 5); }); }), kHardlyEver) << when;
  EXPECT_LE(times_risen([](auto& r) { return over_an_hour([&](double s) { return 260 - 60 * std::exp(-s / 360) + noise(r, 5); }); }), kHardlyEver)
      << "a cache that fills";
}

TEST(Slope, FindsNoneInAFewValues) {
  EXPECT_FALSE(rises({}));
  EXPECT_FALSE(rises({{0, 1}}));
  EXPECT_FALSE(rises({{0, 1}, {60, 2}, {120, 3}, {180, 4}, {240, 5}}));
}

TEST(Slope, AStepIsNotALine) {
  EXPECT_TRUE(is_step({{0, 1}, {1, 1}, {2, 1}, {3, 5}, {4, 5}, {5, 5}}));
  EXPECT_FALSE(is_step({{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}}));
  EXPECT_FALSE(is_step({{0, 1}, {1, 2}}));
}

}  // namespace
}  // namespace rehearse
