#include "harness/history/compare.h"

namespace rehearse::history {

const Ordered<WorseIn>& names(WorseIn) {
  static const Ordered<WorseIn> all = {{"pass-rate", WorseIn::pass_rate},
                                       {"phase", WorseIn::phase},
                                       {"new-cluster", WorseIn::new_cluster},
                                       {"cluster-back", WorseIn::cluster_back},
                                       {"growth", WorseIn::growth}};
  return all;
}

namespace {

constexpr double kChanceOfRate = 0.05, kChanceOfPhase = 0.01;

PhaseComparison compare_phase(const std::string& phase, const std::vector<double>& before, const std::vector<double>& tonight) {
  PhaseComparison p;
  p.phase = phase;
  p.before = median(before), p.tonight = median(tonight);
  p.runs_before = before.size(), p.runs_tonight = tonight.size();
  p.chance = chance_of_rise(before, tonight);
  p.is_longer = p.chance < kChanceOfPhase && p.tonight >= kLeastGrowth * p.before;
  return p;
}

std::vector<PhaseComparison> compare_phases(const std::vector<NightTotals>& nights) {
  std::map<std::string, std::vector<double>> before;
  for (std::size_t n = 0; n + 1 < nights.size(); ++n)
    for (const auto& [phase, seconds] : nights[n].phases) before[phase].insert(before[phase].end(), seconds.begin(), seconds.end());
  std::vector<PhaseComparison> all;
  for (const auto& [phase, seconds] : nights.back().phases)
    if (before.count(phase)) all.push_back(compare_phase(phase, before.at(phase), seconds));
  return all;
}

}  // namespace

Comparison compare(const std::vector<NightTotals>& nights, const std::vector<Cluster>& clusters, const std::vector<Trend>& trends) {
  Comparison c;
  if (nights.empty()) return c;
  c.tonight = nights.back().first_tries;
  for (std::size_t n = 0; n + 1 < nights.size(); ++n) c.before.successes += nights[n].first_tries.successes, c.before.tried += nights[n].first_tries.tried;
  c.chance = chance_of_fewer(c.before, c.tonight);
  c.phases = compare_phases(nights);
  if (c.chance < kChanceOfRate) c.worse.push_back({WorseIn::pass_rate, ""});
  for (const auto& p : c.phases)
    if (p.is_longer) c.worse.push_back({WorseIn::phase, p.phase});
  for (const auto& cluster : clusters) {
    if (cluster.state == ClusterState::fresh) c.worse.push_back({WorseIn::new_cluster, cluster.name});
    if (cluster.state == ClusterState::back) c.worse.push_back({WorseIn::cluster_back, cluster.name});
  }
  for (const auto& t : trends)
    if (t.is_growth) c.worse.push_back({WorseIn::growth, t.name});
  return c;
}

}  // namespace rehearse::history
