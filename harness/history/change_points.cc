#include "harness/history/change_points.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

namespace rehearse::history {

namespace {

constexpr double kChanceOfChange = 0.05;

struct NightlyTime {
  std::int64_t night;
  double seconds;
};
using Series = std::span<const NightlyTime>;

// From 1; equal ones share theirs.
std::vector<double> ranks(Series series) {
  std::vector<double> sorted;
  for (const auto& t : series) sorted.push_back(t.seconds);
  std::ranges::sort(sorted);
  std::vector<double> all;
  for (const auto& t : series) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), t.seconds);
    all.push_back(static_cast<double>((first - sorted.begin()) + (last - sorted.begin()) + 1) / 2);
  }
  return all;
}

// How many nights lie before the change; 0: there is none.
std::size_t split_of(Series series) {
  const auto n = static_cast<double>(series.size());
  const auto rank = ranks(series);
  double sum = 0, most = 0;
  std::size_t split = 0;
  for (std::size_t t = 1; t < series.size(); ++t) {
    sum += rank[t - 1];
    const double u = std::abs(2 * sum - static_cast<double>(t) * (n + 1));
    if (u > most) most = u, split = t;
  }
  return 2 * std::exp(-6 * most * most / (n * n * n + n * n)) < kChanceOfChange ? split : 0;
}

double middle(Series series) {
  std::vector<double> seconds;
  for (const auto& t : series) seconds.push_back(t.seconds);
  return median(std::move(seconds));
}

// Where the parts between changes begin, the first of them at 0.
void split_into(Series series, std::size_t offset, std::set<std::size_t>& begins) {
  begins.insert(offset);
  const auto split = split_of(series);
  if (!split) return;
  split_into(series.first(split), offset, begins);
  split_into(series.subspan(split), offset + split, begins);
}

bool is_other(double before, double after) { return after >= before * kLeastGrowth || before >= after * kLeastGrowth; }

void add_changes(const std::string& phase, const std::vector<NightlyTime>& times, std::vector<ChangePoint>& all) {
  std::set<std::size_t> begins;
  split_into(times, 0, begins);
  std::vector<std::size_t> bounds(begins.begin(), begins.end());
  bounds.push_back(times.size());
  const Series series(times);
  for (std::size_t i = 1; i + 1 < bounds.size(); ++i) {
    // While further changes lay beside it, its place was less sure than now.
    if (const auto split = split_of(series.subspan(bounds[i - 1], bounds[i + 1] - bounds[i - 1]))) bounds[i] = bounds[i - 1] + split;
    const double before = middle(series.subspan(bounds[i - 1], bounds[i] - bounds[i - 1]));
    const double after = middle(series.subspan(bounds[i], bounds[i + 1] - bounds[i]));
    if (is_other(before, after)) all.push_back({phase, times[bounds[i]].night, before, after});
  }
}

}  // namespace

std::vector<ChangePoint> change_points(const std::vector<NightTotals>& nights) {
  std::map<std::string, std::vector<NightlyTime>> series;
  for (const auto& n : nights)
    for (const auto& [phase, seconds] : n.phases) series[phase].push_back({n.id(), median(seconds)});
  std::vector<ChangePoint> all;
  for (const auto& [phase, times] : series) add_changes(phase, times, all);
  return all;
}

}  // namespace rehearse::history
