#include "localnet/base/slope.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include "localnet/base/statistics.h"

namespace rehearse {

namespace {

using Series = std::vector<Measured>;

double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

std::vector<double> values_of(const Series& all) {
  std::vector<double> values;
  for (const auto& m : all) values.push_back(m.value);
  return values;
}

// Of Kendall's sum, if none follows another: less where some are equal.
double variance_of_sum(const Series& all) {
  const auto part = [](double n) { return n * (n - 1) * (2 * n + 5) / 18; };
  std::map<double, double> equal;
  for (const auto& m : all) ++equal[m.value];
  double variance = part(static_cast<double>(all.size()));
  for (const auto& [value, times] : equal) variance -= part(times);
  return variance;
}

Series without_slope(Series all) {
  const double slope = slope_of(all);
  for (auto& m : all) m.value -= slope * m.at;
  return all;
}

double squares_about_mean(std::span<const Measured> all) {
  double mean = 0, sum = 0;
  for (const auto& m : all) mean += m.value / static_cast<double>(all.size());
  for (const auto& m : all) sum += (m.value - mean) * (m.value - mean);
  return sum;
}

// Of what the slope leaves of each with what it leaves of the next, -1 to 1. Of a straight line rounding is left, which is nothing.
double correlation_of_neighbours(const Series& all) {
  constexpr double kRounding = 1e-12;
  const auto level = without_slope(all);
  const double own = squares_about_mean(level);
  if (own <= kRounding * squares_about_mean(all)) return 0;
  double mean = 0, with_next = 0;
  for (const auto& m : level) mean += m.value / static_cast<double>(level.size());
  for (std::size_t i = 0; i + 1 < level.size(); ++i) with_next += (level[i].value - mean) * (level[i + 1].value - mean);
  return with_next / own;
}

// By how much the sum varies more when each takes over a part of what the one before it had.
double inflation_by(double correlation, double n) {
  double sum = 0;
  for (double lag = 1, power = correlation; lag < n; ++lag, power *= correlation) sum += (1 - lag / n) * power;
  return std::max(1.0, 1 + 2 * sum);
}

}  // namespace

std::vector<Measured> slices_of(const Series& all) {
  if (all.empty()) return {};
  const auto [first, last] = std::ranges::minmax(all, {}, &Measured::at);
  const double length = (last.at - first.at) / static_cast<double>(kSlices);
  std::vector<Series> slices(kSlices);
  for (const auto& m : all) {
    const auto slice = length > 0 ? static_cast<std::size_t>((m.at - first.at) / length) : 0;
    slices[std::min(slice, kSlices - 1)].push_back(m);
  }
  Series medians;
  for (const auto& slice : slices) {
    if (slice.empty()) continue;
    std::vector<double> times;
    for (const auto& m : slice) times.push_back(m.at);
    medians.push_back({median(std::move(times)), median(values_of(slice))});
  }
  return medians;
}

double slope_of(const Series& all) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j)
      if (all[i].at != all[j].at) slopes.push_back((all[j].value - all[i].value) / (all[j].at - all[i].at));
  return median(std::move(slopes));
}

double chance_of_slope(const Series& all) {
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) sum += sign_of((all[j].value - all[i].value) * (all[j].at - all[i].at));
  if (std::abs(sum) <= 1) return 1;
  const double variance = variance_of_sum(all) * inflation_by(correlation_of_neighbours(all), static_cast<double>(all.size()));
  return std::erfc((std::abs(sum) - 1) / std::sqrt(variance) / std::sqrt(2.0));
}

bool is_step(const Series& all) {
  const double sloped = squares_about_mean(without_slope(all));
  const std::span<const Measured> values(all);
  for (std::size_t split = 1; split < values.size(); ++split)
    if (squares_about_mean(values.first(split)) + squares_about_mean(values.subspan(split)) < sloped) return true;
  return false;
}

}  // namespace rehearse
