#include "reports/history_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/facts.h"
#include "reports/history.h"
#include "reports/text.h"

namespace rehearse::reports {

using history::Summary;
using history::WorseIn;

std::string rate_text(Rate r) {
  if (!r.tried) return "none";
  const auto sure = confidence(r.successes, r.tried);
  return fmt::format("{} of {}, {:.0f} % ({:.0f} to {:.0f} %)", r.successes, r.tried, 100.0 * r.successes / r.tried, 100 * sure.low, 100 * sure.high);
}

std::string night_text(const Summary& s, std::int64_t id) {
  const auto found = std::ranges::find_if(s.nights, [id](const auto& n) { return n.id() == id; });
  if (found == s.nights.end()) return "";
  return fmt::format("night {}, {}", found - s.nights.begin() + 1, one_line(found->started()));
}

std::string state_text(const history::Cluster& c) { return name_of(c.state) + (c.flaky ? ", flaky" : ""); }

std::string covered_text(const history::Covered& c) {
  return fmt::format("{}{}{}, {}", one_line(c.fault), c.phase.empty() ? "" : " when " + one_line(c.phase), c.role.empty() ? "" : " on " + one_line(c.role), one_line(c.releases));
}

std::string canaries_text(const Summary& s) {
  const auto& c = s.canaries;
  if (!c.tried) return "";
  if (!c.caught) return fmt::format("caught none of {}", c.tried);
  const auto since = c.nights_since == 0 ? "tonight" : fmt::format("{} night{} ago", c.nights_since, c.nights_since == 1 ? "" : "s");
  return fmt::format("caught {} of {}, last in {}, {}", c.caught, c.tried, night_text(s, c.last_night), since);
}

std::string amount(double value, record::Quantity q, bool with_sign) {
  const auto number = std::abs(value) < 1000 ? fmt::format("{:.3g}", std::abs(value)) : fmt::format("{:.0f}", std::abs(value));
  const auto unit = record::unit_of(q);
  return (value < 0 ? "-" : with_sign ? "+" : "") + number + (unit.empty() ? "" : " ") + unit;
}

std::string trend_text(const history::Trend& t) {
  return fmt::format("{} an hour (p = {:.2g}), {} to {}", amount(t.slope, t.what, true), t.chance, amount(t.first, t.what), amount(t.last, t.what));
}

std::size_t iterations_of(const Summary& s) {
  std::size_t all = 0;
  for (const auto& n : s.nights) all += n.iterations.size();
  return all;
}

std::vector<const history::Cluster*> in_order(const std::vector<history::Cluster>& clusters) {
  std::vector<const history::Cluster*> all;
  for (const auto& c : clusters) all.push_back(&c);
  // Its state as CI sees it: new and back are what somebody has to look at.
  const auto weight = [](const history::Cluster* c) {
    using enum history::ClusterState;
    return c->state == fresh ? 0 : c->state == back ? 1 : c->state == known ? 2 : 3;
  };
  std::ranges::stable_sort(all, [&](const auto* a, const auto* b) { return std::pair(weight(a), -a->times) < std::pair(weight(b), -b->times); });
  return all;
}

std::vector<const history::Trend*> in_order(const std::vector<history::Trend>& trends) {
  std::vector<const history::Trend*> all;
  for (const auto& t : trends) all.push_back(&t);
  std::ranges::stable_sort(all, [](const auto* a, const auto* b) { return std::pair(!a->is_growth, a->chance) < std::pair(!b->is_growth, b->chance); });
  return all;
}

std::vector<history::Exercised> in_order(std::vector<history::Exercised> all) {
  std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.nights_since > b.nights_since; });
  return all;
}

namespace {

std::string worse_phase_line(const history::Comparison& c, const std::string& phase) {
  const auto p = std::ranges::find(c.phases, phase, &history::PhaseComparison::phase);
  return fmt::format("phase {}: {} tonight, {} before, of {} and {} runs (p = {:.2g})", one_line(phase), duration(p->tonight), duration(p->before),
                     p->runs_tonight, p->runs_before, p->chance);
}

std::string worse_cluster_line(const Summary& s, const history::Worse& w) {
  const auto c = std::ranges::find(s.clusters, w.which, &history::Cluster::name);
  return fmt::format("{} failure {}: {} ({}): {}", name_of(c->state), c->name, name_of(c->cause), one_line(c->owner), one_line(c->evidence, 200));
}

std::string worse_growth_line(const Summary& s, const std::string& trend) {
  const auto t = std::ranges::find_if(s.trends, [&](const auto& one) { return one.is_growth && one.name == trend; });
  return fmt::format("{} grows: {}", one_line(trend), trend_text(*t));
}

std::string worse_line(const Summary& s, const history::Worse& w) {
  const auto& c = s.comparison;
  switch (w.in) {
    case WorseIn::pass_rate: return fmt::format("pass rate: {} tonight, {} before (p = {:.2g})", rate_text(c.tonight), rate_text(c.before), c.chance);
    case WorseIn::phase: return worse_phase_line(c, w.which);
    case WorseIn::growth: return worse_growth_line(s, w.which);
    case WorseIn::new_cluster:
    case WorseIn::cluster_back: return worse_cluster_line(s, w);
  }
  return "";
}

}  // namespace

std::vector<std::string> worse_lines(const Summary& s) {
  std::vector<std::string> all;
  for (const auto& w : s.comparison.worse) all.push_back(worse_line(s, w));
  return all;
}

}  // namespace rehearse::reports
