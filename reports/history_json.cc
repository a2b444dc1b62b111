// A history as JSON, for whoever wants other plots of it.
#include "reports/history.h"
#include "reports/history_facts.h"
#include "reports/text.h"

namespace rehearse::reports {

using history::Summary;
using OrderedJson = nlohmann::ordered_json;

namespace {

OrderedJson json_of(Rate r) {
  const auto sure = confidence(r.successes, r.tried);
  return {{"passed", r.successes}, {"tried", r.tried}, {"low", sure.low}, {"high", sure.high}};
}

OrderedJson json_of(const history::NightTotals& n) {
  OrderedJson soaks = OrderedJson::array(), phases = OrderedJson::object();
  for (const auto& s : n.soaks)
    soaks.push_back({{"id", s.id}, {"state", name_of(s.state)}, {"started", clean(s.started)}, {"ended", clean(s.ended)}, {"seed", s.seed},
                     {"harness_version", clean(s.harness_version)}, {"host", clean(s.host)}});
  for (const auto& [phase, seconds] : n.phases) phases[clean(phase)] = median(seconds);
  return {{"id", n.id()}, {"started", clean(n.started())}, {"iterations", n.iterations.size()}, {"passed", n.passed}, {"failed", n.failed},
          {"not_told", n.not_told}, {"interrupted", n.interrupted}, {"phases", phases}, {"soaks", soaks}};
}

OrderedJson json_of(const history::Cluster& c) {
  OrderedJson releases = OrderedJson::array();
  for (const auto& way : c.releases) releases.push_back(clean(way));
  const auto sure = confidence(c.times, c.tried);
  return {{"name", c.name}, {"state", name_of(c.state)}, {"flaky", c.flaky}, {"cause", name_of(c.cause)}, {"owner", clean(c.owner)},
          {"evidence", clean(c.evidence)}, {"fingerprint", clean(c.fingerprint)}, {"first_night", c.first_night}, {"last_night", c.last_night},
          {"times", c.times}, {"tried", c.tried}, {"low", sure.low}, {"high", sure.high}, {"releases", releases}, {"plan", clean(c.plan)},
          {"seed", c.seed}, {"bundle", clean(c.bundle)}};
}

OrderedJson json_of(const history::Exercised& e) {
  return {{"phase", clean(e.what.phase)}, {"fault", clean(e.what.fault)}, {"role", clean(e.what.role)}, {"releases", clean(e.what.releases)},
          {"times", e.times}, {"last_night", e.last_night}, {"nights_since", e.nights_since}};
}

OrderedJson json_of(const history::PhaseComparison& p) {
  return {{"phase", clean(p.phase)}, {"tonight_s", p.tonight}, {"before_s", p.before}, {"runs_tonight", p.runs_tonight},
          {"runs_before", p.runs_before}, {"p", p.chance}, {"longer", p.is_longer}};
}

OrderedJson json_of(const history::Worse& w) { return {{"in", name_of(w.in)}, {"which", clean(w.which)}}; }

OrderedJson json_of(const history::ChangePoint& c) {
  return {{"phase", clean(c.phase)}, {"night", c.night}, {"before_s", c.before}, {"after_s", c.after}};
}

OrderedJson json_of(const history::Trend& t) {
  OrderedJson medians = OrderedJson::array();
  for (const auto& m : t.medians) medians.push_back({{"hours", m.at}, {"value", m.value}});
  return {{"name", clean(t.name)}, {"what", name_of(t.what)}, {"unit", record::unit_of(t.what)}, {"network", clean(t.network)},
          {"per_hour", t.slope}, {"p", t.chance}, {"first", t.first}, {"last", t.last}, {"points", t.points}, {"growth", t.is_growth},
          {"medians", medians}};
}

OrderedJson json_of(const history::Canaries& c) {
  return {{"tried", c.tried}, {"caught", c.caught}, {"last_night", c.last_night}, {"nights_since", c.nights_since}};
}

template <class T>
OrderedJson list_of(const std::vector<T>& all) {
  OrderedJson list = OrderedJson::array();
  for (const auto& one : all) list.push_back(json_of(one));
  return list;
}

}  // namespace

std::string history_json(const Summary& s) {
  const auto& c = s.comparison;
  const OrderedJson comparison = {{"tonight", json_of(c.tonight)}, {"before", json_of(c.before)}, {"p", c.chance}, {"phases", list_of(c.phases)},
                                  {"is_worse", !c.worse.empty()}, {"worse", list_of(c.worse)}};
  const OrderedJson all = {{"iterations", iterations_of(s)}, {"nights", list_of(s.nights)}, {"clusters", list_of(s.clusters)},
                           {"coverage", list_of(s.coverage)}, {"comparison", comparison}, {"change_points", list_of(s.change_points)}, {"trends", list_of(s.trends)},
                           {"canaries", json_of(s.canaries)}};
  return all.dump(2) + "\n";
}

}  // namespace rehearse::reports
