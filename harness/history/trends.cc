#include "harness/history/trends.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "localnet/base/utc.h"

namespace rehearse::history {

using record::Quantity;
using record::Subject;

namespace {

constexpr double kChanceOfGrowth = 0.01, kLeastPart = 0.1;
constexpr double kLeastHours = 1.0 / 6;
constexpr std::size_t kLeastSlices = 8;
constexpr double kSecondsOfAnHour = 3600;

// Below it a rise is nobody's concern, whatever part of the value it is.
double least_rise(Quantity q) {
  switch (q) {
    case Quantity::memory:
    case Quantity::database: return 4;  // MB
    case Quantity::goroutines:
    case Quantity::open_files: return 8;
    case Quantity::block_interval: return 0.05;  // seconds that a machine makes out of nothing
  }
  return 0;
}

bool counts_as_growth(const Trend& t) {
  if (t.medians.size() < kLeastSlices || t.chance >= kChanceOfGrowth || is_step(t.medians)) return false;
  if (!t.network.empty() && t.what == Quantity::database) return false;
  const double hours = t.medians.back().at - t.medians.front().at, rise = t.slope * hours;
  return hours >= kLeastHours && rise >= kLeastPart * t.first && rise >= least_rise(t.what);
}

// Of points in seconds.
Trend trend_of(const std::string& subject, Quantity what, const std::string& network, const std::vector<Measured>& points) {
  Trend t;
  t.name = name_of(what) + " of " + subject;
  t.what = what;
  t.network = network;
  t.points = points.size();
  t.medians = slices_of(points);
  for (auto& m : t.medians) m.at /= kSecondsOfAnHour;
  t.slope = slope_of(t.medians), t.chance = chance_of_slope(t.medians);
  t.first = t.medians.front().value, t.last = t.medians.back().value;
  t.is_growth = counts_as_growth(t);
  return t;
}

std::string measured_in(const Iteration& i, Subject s) {
  if (s == Subject::old_release) return i.from + " before the upgrade";
  return s == Subject::new_release ? i.to + " after the upgrade" : name_of(s);
}

// Runs may be side by side: then an hour of the soak has more than an hour of them. 1 where the clock cannot be right.
double hours_of_soak_in_those_of_runs(const Night& soak, const NightTotals& night) {
  double sum = 0;
  for (const auto* i : night.iterations) sum += i->night == soak.id ? i->seconds : 0;
  const auto began = time_of_utc(soak.started), ended = time_of_utc(soak.ended);
  if (!began || !ended || *ended <= *began) return 1;
  return std::min(1.0, static_cast<double>(*ended - *began) / std::max(sum, 1.0));
}

// What its runs were measured at, each at its end, as if one had followed the other.
void add_soak(const Night& soak, const NightTotals& night, std::vector<Trend>& all) {
  std::map<std::pair<std::string, Quantity>, std::vector<Measured>> points;
  const double scale = hours_of_soak_in_those_of_runs(soak, night);
  double at = 0;
  for (const auto* i : night.iterations) {
    if (i->night != soak.id) continue;
    at += i->seconds * scale;
    for (const auto& m : i->measures.of_run) points[{measured_in(*i, m.of), m.what}].push_back({at, m.value});
  }
  const auto where = night.soaks.size() > 1 ? " on " + soak.host : "";
  for (const auto& [measured, values] : points) all.push_back(trend_of(measured.first + where, measured.second, "", values));
}

void add_network(const Iteration& i, std::vector<Trend>& all) {
  for (const auto& s : i.measures.series) {
    const auto of = s.node.empty() ? "its network" : fmt::format("{} (process {})", s.node, s.process);
    if (!s.points.empty()) all.push_back(trend_of(of + " in " + i.plan, s.what, i.plan, s.points));
  }
}

}  // namespace

std::vector<Trend> trends(const std::vector<NightTotals>& nights) {
  std::vector<Trend> all;
  if (nights.empty()) return all;
  const auto& tonight = nights.back();
  for (const auto& soak : tonight.soaks) add_soak(soak, tonight, all);
  for (const auto* i : tonight.iterations) add_network(*i, all);
  return all;
}

}  // namespace rehearse::history
