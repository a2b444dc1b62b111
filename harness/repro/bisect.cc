#include "harness/repro/bisect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

constexpr int kRunsOfEnds = 3;  // runs of either end

class Bisection {
 public:
  Bisection(const std::vector<std::string>& releases, const TryRelease& run, const Tell& tell, const std::optional<record::Failure>& of)
      : releases_(releases), run_(run), tell_(tell), failure_(of.value_or(record::Failure{})) {}

  Bisected carry_out() {
    std::size_t good = 0, bad = releases_.size() - 1;
    calibrate(good, bad);
    for (;;) {
      narrow(good, bad);
      if (confirmed(good).same == 0) break;
      tell_(fmt::format("{} fails now and then, after all: bad", releases_[good]));
      if (good == 0) throw Error(Blame::scenario, fmt::format("--good {} fails now and then: there is nothing to look for after it", releases_[good]));
      bad = good, good = 0;
    }
    Bisected b{failure_, releases_[good], releases_[bad], confirmed(good), confirmed(bad), {}};
    for (const auto i : untried_)
      if (good < i && i < bad) b.untried.push_back(releases_[i]);
    return b;
  }

 private:
  void narrow(std::size_t& good, std::size_t& bad) {
    while (const auto next = between(good, bad)) {
      const auto fails = judge(*next);
      if (!fails) untried_.insert(*next);
      else if (*fails) bad = *next;
      else good = *next;
    }
  }

  void calibrate(std::size_t good, std::size_t bad) {
    for (int i = 0; i < kRunsOfEnds; ++i)
      if (!try_once(bad)) throw Error(Blame::scenario, fmt::format("--bad {} cannot be tried", releases_[bad]));
    for (const auto& record : ran_[bad])
      if (const auto f = record::failure_of(record); failure_.cause == Cause::none && f.verdict == "fail") failure_ = f;
    const auto of_bad = tally(failure_, ran_[bad]);
    if (std::ranges::all_of(ran_[bad], [](const auto& r) { return r.verdict == "error"; }))
      throw Error(Blame::machine, fmt::format("--bad {} cannot be tried here{}", releases_[bad], last_word(bad)));
    if (failure_.cause != Cause::none && of_bad.same == 0 && of_bad.passed < of_bad.tried)
      throw Error(Blame::scenario, fmt::format("--bad {} does not fail for {}{}", releases_[bad], name_of(failure_.cause), last_word(bad)));
    if (failure_.cause == Cause::none || of_bad.same == 0)
      throw Error(Blame::scenario, fmt::format("--bad {} does not fail: {} of {} runs passed{}", releases_[bad], of_bad.passed, of_bad.tried, last_word(bad)));
    tries_ = runs_to_see(of_bad.same, of_bad.tried);
    tell_(fmt::format("{} fails {} of {} times for {}: {} run{} of each other release, or until it fails", releases_[bad], of_bad.same, of_bad.tried,
                      name_of(failure_.cause), tries_, tries_ == 1 ? "" : "s at most"));
    const auto fails = judge(good);
    if (fails && !*fails) return;
    throw Error(Blame::scenario, fmt::format("--good {} {}: there is nothing to look for between them", releases_[good],
                                             fails ? "fails for the same cause" : "neither passes nor fails for that cause"));
  }

  // What the last run of it that did not pass said.
  std::string last_word(std::size_t i) const {
    const auto& all = ran_.at(i);
    const auto found = std::find_if(all.rbegin(), all.rend(), [](const auto& r) { return r.verdict != "pass" && r.diagnosis; });
    return found == all.rend() ? "" : ": " + found->verdict + ", " + found->diagnosis->first_evidence;
  }

  // The one in the middle, or the nearest to it that can be tried.
  std::optional<std::size_t> between(std::size_t good, std::size_t bad) const {
    std::optional<std::size_t> best;
    const auto middle = static_cast<double>(good + bad) / 2;
    for (auto i = good + 1; i < bad; ++i)
      if (!untried_.contains(i) && (!best || std::abs(static_cast<double>(i) - middle) < std::abs(static_cast<double>(*best) - middle))) best = i;
    return best;
  }

  bool try_once(std::size_t i) {
    auto record = run_(releases_[i]);
    if (!record) return false;
    ran_[i].push_back(std::move(*record));
    return true;
  }

  // Whether it fails for that cause; none: it cannot be said.
  std::optional<bool> judge(std::size_t i) {
    constexpr int kDoubts = 3;  // runs of it that may prove nothing
    for (int passed = 0, doubts = 0; passed < tries_;) {
      if (!try_once(i)) return told(i, std::nullopt, "cannot be tried");
      switch (compare(failure_, record::failure_of(ran_[i].back()))) {
        case Likeness::same:
        case Likeness::same_cause:
        case Likeness::other_scope: return told(i, true, "fails for it: bad");
        case Likeness::another: return told(i, std::nullopt, "fails otherwise, and is left out" + last_word(i));
        case Likeness::none: ++passed; break;
        case Likeness::not_told:
          if (++doubts == kDoubts) return told(i, std::nullopt, "proves nothing, and is left out" + last_word(i));
      }
    }
    return told(i, false, fmt::format("passes {} of {}: good", tries_, tries_));
  }

  std::optional<bool> told(std::size_t i, std::optional<bool> fails, const std::string& why) {
    tell_(fmt::format("{} {}", releases_[i], why));
    return fails;
  }

  Tally confirmed(std::size_t i) {
    while (ran_[i].size() < kRunsOfEnds && try_once(i)) continue;
    return tally(failure_, ran_[i]);
  }

  const std::vector<std::string>& releases_;
  const TryRelease& run_;
  const Tell& tell_;
  record::Failure failure_;
  std::map<std::size_t, std::vector<record::RunRecord>> ran_;
  std::set<std::size_t> untried_;
  int tries_ = 1;
};

}  // namespace

Bisected bisect(const std::vector<std::string>& releases, const TryRelease& run, const Tell& tell, const std::optional<record::Failure>& of) {
  return Bisection(releases, run, tell, of).carry_out();
}

}  // namespace rehearse
