#include "localnet/base/statistics.h"

#include <gmock/gmock.h>

#include <numeric>

namespace rehearse {
namespace {

std::vector<double> counted(std::size_t n, double from = 0) {
  std::vector<double> all(n);
  std::iota(all.begin(), all.end(), from);
  return all;
}

TEST(Statistics, MedianIsTheMiddleOneOrBetweenTheMiddleTwo) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(median({}), 0);
}

// Tables of the test of Mann and Whitney have these.
TEST(Statistics, ChanceOfRiseIsExactForFewValues) {
  EXPECT_DOUBLE_EQ(chance_of_rise({1, 2, 3}, {4, 5, 6}), 1.0 / 20);
  EXPECT_DOUBLE_EQ(chance_of_rise({1, 2, 4}, {3, 5, 6}), 2.0 / 20);
  EXPECT_DOUBLE_EQ(chance_of_rise({4, 5, 6}, {1, 2, 3}), 1);
  EXPECT_DOUBLE_EQ(chance_of_rise(counted(13), {20, 21}), 1.0 / 105);
}

TEST(Statistics, ChanceOfRiseIsThatOfANormalDistributionForMany) {
  EXPECT_NEAR(chance_of_rise(counted(100), counted(100, 0.5)), 0.45, 0.02);
  EXPECT_LT(chance_of_rise(counted(100), counted(100, 100)), 1e-9);
}

TEST(Statistics, EqualValuesAreNoRise) {
  EXPECT_GT(chance_of_rise(std::vector<double>(20, 1), std::vector<double>(5, 1)), 0.4);
  EXPECT_EQ(chance_of_rise({}, {1}), 1);
}

TEST(Statistics, LeastChanceIsThatOfValuesThatAllRise) {
  EXPECT_DOUBLE_EQ(least_chance(13, 2), chance_of_rise(counted(13), {20, 21}));
  EXPECT_EQ(least_chance(0, 5), 1);
}

// The lady tasting tea, and a table of R's fisher.test(alternative = "less").
TEST(Statistics, ChanceOfFewerIsFishers) {
  EXPECT_NEAR(chance_of_fewer({4, 4}, {0, 4}), 1.0 / 70, 1e-12);
  EXPECT_NEAR(chance_of_fewer({3, 4}, {1, 4}), 17.0 / 70, 1e-12);
  EXPECT_NEAR(chance_of_fewer({10, 10}, {10, 10}), 1, 1e-9);
  EXPECT_LT(chance_of_fewer({9900, 10000}, {90, 100}), 1e-6);
  EXPECT_EQ(chance_of_fewer({0, 0}, {0, 5}), 1);
  EXPECT_EQ(chance_of_fewer({5, 5}, {0, 0}), 1);
}

TEST(Statistics, ConfidenceIsWilsons) {
  const auto some = confidence(7, 10), all = confidence(10, 10), nothing = confidence(0, 0);
  EXPECT_NEAR(some.low, 0.397, 0.001);
  EXPECT_NEAR(some.high, 0.892, 0.001);
  EXPECT_NEAR(all.low, 0.722, 0.001);
  EXPECT_EQ(all.high, 1);
  EXPECT_EQ(nothing.low, 0);
  EXPECT_EQ(nothing.high, 1);
}

}  // namespace
}  // namespace rehearse
