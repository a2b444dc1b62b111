#include "harness/history/nightly.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace rehearse::history {

namespace {

// Of one host a night has one soak, whatever the clock says: one that jumped back must not make two nights one.
bool shares(const NightTotals& t, const Night& n, const std::vector<Iteration>& iterations) {
  const auto overlaps = [&](const Night& other) { return n.started < (other.ended.empty() ? last_sign_of_life(other, iterations) : other.ended); };
  return std::ranges::find(t.soaks, n.host, &Night::host) == t.soaks.end() && std::ranges::any_of(t.soaks, overlaps);
}

void count(NightTotals& t, const Iteration& i, bool again) {
  t.iterations.push_back(&i);
  if (i.state != State::done) {
    ++t.interrupted;
  } else if (!is_told(i)) {
    ++t.not_told;
  } else if (is_failure(i)) {
    ++t.failed;
  } else {
    ++t.passed;
    for (const auto& p : i.phases) t.phases[p.phase].push_back(p.seconds);
  }
  if (is_told(i) && !again) ++t.first_tries.tried, t.first_tries.successes += !is_failure(i);
}

}  // namespace

bool is_failure(const Iteration& i) { return i.state == State::done && i.failure.verdict == "fail"; }
bool is_told(const Iteration& i) { return is_failure(i) || (i.state == State::done && i.failure.verdict == "pass"); }

std::string last_sign_of_life(const Night& n, const std::vector<Iteration>& iterations) {
  auto last = n.started;
  for (const auto& i : iterations)
    if (i.night == n.id) last = i.started;
  return last;
}

std::vector<NightTotals> by_night(const std::vector<Night>& nights, const std::vector<Iteration>& iterations) {
  std::vector<NightTotals> all;
  std::map<std::int64_t, std::size_t> place;  // by the soak's id
  for (const auto& n : nights) {
    if (all.empty() || !shares(all.back(), n, iterations)) all.emplace_back();
    all.back().soaks.push_back(n);
    place[n.id] = all.size() - 1;
  }
  std::set<std::tuple<std::string, std::uint64_t, std::string>> tried;
  for (const auto& i : iterations)
    if (const auto at = place.find(i.night); at != place.end()) count(all[at->second], i, !tried.insert({i.profile, i.seed, i.plan}).second);
  return all;
}

}  // namespace rehearse::history
