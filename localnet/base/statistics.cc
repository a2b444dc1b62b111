#include "localnet/base/statistics.h"

#include <algorithm>
#include <cmath>

namespace rehearse {

namespace {

// How many arrangements of n and m values have each U, from 0 to n * m: the coefficients of a Gaussian
// binomial. They are whole numbers, and exact in a double as long as there are fewer than 2^53 of them in
// all.
std::vector<double> arrangements(std::size_t n, std::size_t m) {
  std::vector<double> of(n * m + 1, 0);
  of[0] = 1;
  for (std::size_t i = 1; i <= m; ++i) {
    for (std::size_t u = of.size(); u-- > n + i;) of[u] -= of[u - n - i];
    for (std::size_t u = i; u < of.size(); ++u) of[u] += of[u - i];
  }
  return of;
}

double in_all(std::size_t n, std::size_t m) {
  double all = 1;
  for (std::size_t i = 1; i <= m; ++i) all *= static_cast<double>(n + i) / static_cast<double>(i);
  return all;
}

// Pairs in which the later value is the larger one; equal ones count half.
double pairs_that_rise(std::vector<double> before, const std::vector<double>& after) {
  std::ranges::sort(before);
  double u = 0;
  for (const double a : after) {
    const auto [first, last] = std::equal_range(before.begin(), before.end(), a);
    u += static_cast<double>(first - before.begin()) + static_cast<double>(last - first) / 2;
  }
  return u;
}

// Beyond `z` of a normal distribution.
double upper_tail(double z) { return std::erfc(z / std::sqrt(2.0)) / 2; }

// The logarithm of the number of ways to choose k of n.
double ln_choose(int n, int k) { return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0); }

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double chance_of_rise(const std::vector<double>& before, const std::vector<double>& after) {
  if (before.empty() || after.empty()) return 1;
  constexpr double kExact = 1e15;
  const auto few = std::min(before.size(), after.size()), many = std::max(before.size(), after.size());
  const auto n = static_cast<double>(before.size()), m = static_cast<double>(after.size());
  const double u = pairs_that_rise(before, after), all = in_all(many, few);
  if (all > kExact) return upper_tail((u - 0.5 - n * m / 2) / std::sqrt(n * m * (n + m + 1) / 12));
  const auto of = arrangements(many, few);
  double as_high = 0;
  for (auto i = static_cast<std::size_t>(u); i < of.size(); ++i) as_high += of[i];
  return as_high / all;
}

double least_chance(std::size_t before, std::size_t after) {
  return before && after ? 1 / in_all(std::max(before, after), std::min(before, after)) : 1;
}

Interval confidence(int successes, int tried) {
  if (tried == 0) return {};
  constexpr double z = 1.96;
  const double n = tried, p = successes / n;
  const double middle = p + z * z / (2 * n), spread = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {std::max(0.0, (middle - spread) / scale), std::min(1.0, (middle + spread) / scale)};
}

double chance_of_fewer(Rate before, Rate after) {
  if (!before.tried || !after.tried) return 1;
  const int successes = before.successes + after.successes, tried = before.tried + after.tried;
  double chance = 0;
  for (int k = std::max(0, successes - before.tried); k <= after.successes; ++k)
    chance += std::exp(ln_choose(after.tried, k) + ln_choose(before.tried, successes - k) - ln_choose(tried, successes));
  return std::min(1.0, chance);
}

}  // namespace rehearse
