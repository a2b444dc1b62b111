#include "harness/history/clusters.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "localnet/base/sha256.h"

namespace rehearse::history {

const Ordered<ClusterState>& names(ClusterState) {
  static const Ordered<ClusterState> all = {
      {"new", ClusterState::fresh}, {"known", ClusterState::known}, {"fixed", ClusterState::fixed}, {"back", ClusterState::back}};
  return all;
}

double chance_of_absence(Rate rate, int tried) {
  // As if one more had passed: of one that failed in its only iteration nobody knows that it always does.
  const double p = static_cast<double>(rate.successes) / (rate.tried + 1);
  return std::pow(1 - p, tried);
}

namespace {

constexpr double kChanceOfAbsence = 0.05;

// Which iterations are repetitions of one another.
using Tried = std::tuple<std::string, std::uint64_t, std::string, std::string, std::string>;
Tried tried_by(const Iteration& i) { return {i.plan, i.seed, i.profile, i.from, i.to}; }

struct Failures {
  std::vector<int> by_night;
  std::vector<const Iteration*> all;
};

std::string cluster_name(const record::Failure& f) {
  constexpr std::size_t kDigits = 8;
  return "C-" + sha256_hex(name_of(f.cause) + "\n" + f.owner + "\n" + f.fingerprint).substr(0, kDigits);
}

// Follows it night by night: while it stays away, how unlikely that has become.
ClusterState state_of(const Failures& failures, const std::vector<NightTotals>& nights) {
  Rate seen;
  int away = 0;       // iterations since it was last seen
  int nights_seen = 0;
  bool is_gone = false, is_back = false;
  for (std::size_t n = 0; n < nights.size(); ++n) {
    const int times = failures.by_night[n], tried = nights[n].rate().tried;
    if (!times && !seen.tried) continue;
    is_back = times && is_gone;
    if (times) {
      seen = {seen.successes + times, seen.tried + away + tried};
      away = 0;
      ++nights_seen;
    } else {
      away += tried;
    }
    is_gone = !times && chance_of_absence(seen, away) < kChanceOfAbsence;
  }
  if (is_back) return ClusterState::back;
  if (is_gone) return ClusterState::fixed;
  return nights_seen == 1 && failures.by_night.back() ? ClusterState::fresh : ClusterState::known;
}

Cluster cluster_of(const Failures& failures, const std::vector<NightTotals>& nights, const std::set<Tried>& passed) {
  const auto& last = *failures.all.back();
  Cluster c;
  c.name = cluster_name(last.failure);
  c.cause = last.failure.cause;
  c.owner = last.failure.owner, c.fingerprint = last.failure.fingerprint, c.evidence = last.failure.evidence;
  c.plan = last.plan, c.seed = last.seed;
  for (std::size_t n = 0; n < nights.size(); ++n) {
    if (failures.by_night[n]) {
      if (!c.times) c.first_night = nights[n].id();
      c.last_night = nights[n].id();
      c.times += failures.by_night[n];
    }
    if (c.times) c.tried += nights[n].rate().tried;
  }
  for (const auto* i : failures.all) {
    c.releases.insert(i->from + " -> " + i->to);
    c.flaky = c.flaky || passed.count(tried_by(*i));
    if (!i->bundle.empty()) c.bundle = i->bundle;
  }
  c.state = state_of(failures, nights);
  return c;
}

}  // namespace

std::vector<Cluster> clusters(const std::vector<NightTotals>& nights) {
  using Key = std::tuple<Cause, std::string, std::string>;
  std::map<Key, Failures> failures;
  std::vector<Key> order;
  std::set<Tried> passed;
  for (std::size_t n = 0; n < nights.size(); ++n)
    for (const auto* i : nights[n].iterations) {
      if (is_told(*i) && !is_failure(*i)) passed.insert(tried_by(*i));
      if (!is_failure(*i)) continue;
      const Key key{i->failure.cause, i->failure.owner, i->failure.fingerprint};
      auto& f = failures[key];
      if (f.all.empty()) order.push_back(key), f.by_night.resize(nights.size());
      ++f.by_night[n];
      f.all.push_back(i);
    }
  std::vector<Cluster> all;
  for (const auto& key : order) all.push_back(cluster_of(failures.at(key), nights, passed));
  return all;
}

}  // namespace rehearse::history
