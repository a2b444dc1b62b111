// Nights and iterations made up for the tests of histories.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>

#include "harness/history/summary.h"

namespace rehearse::made {

inline constexpr const char* kHost = "nightly-1";

inline history::Night night(const std::string& started) {
  history::Night n;
  n.started = started;
  n.seed = 7;
  n.harness_version = "0.1.0";
  n.host = kHost;
  return n;
}

// Of that night.
inline history::Iteration passing(std::int64_t night) {
  history::Iteration i;
  i.night = night;
  i.state = history::State::done;
  i.plan = "chain-upgrade-17";
  i.seed = 17;
  i.profile = "virtengine", i.procedure = "chain-upgrade", i.from = "v1.0.0", i.to = "v2.0.0";
  i.started = "2026-04-30T21:00:00Z";
  i.failure.verdict = "pass";
  i.seconds = 12.5;
  i.phases = {{"voting", 3}, {"swap", 2.5}};
  i.covered = {{"swap", "kill", "minority", "v1.0.0 -> v2.0.0"}};
  return i;
}

// One that goes to a release known to be bad, which was caught.
inline history::Iteration canary(std::int64_t night) {
  auto i = passing(night);
  i.to = "v2.0.0-bad", i.phases.clear();
  i.covered = {{"", history::kCanary, "", "v1.0.0 -> v2.0.0-bad"}};
  return i;
}

inline history::Iteration failing(std::int64_t night, const std::string& evidence) {
  auto i = passing(night);
  i.failure = {"fail", Cause::upgrade_handler_panic, "release", Spread::all, evidence, evidence};
  i.bundle = "results/soak/17/repro.tar.zst";
  return i;
}

// Nights in a row, from the first of May on, each with iterations that pass or fail.
class Nights {
 public:
  // Of its `tried` iterations so many fail, all with that evidence.
  Nights& add(int tried, int failing = 0, const std::string& evidence = "panic: x") {
    auto n = night(fmt::format("2026-05-{:02}T20:00:00Z", nights.size() % 28 + 1));
    n.id = static_cast<std::int64_t>(nights.size()) + 1;
    n.state = history::State::done;
    n.ended = n.started.substr(0, 11) + "23:00:00Z";
    nights.push_back(n);
    for (int i = 0; i < tried; ++i) add(i < failing ? made::failing(n.id, evidence) : passing(n.id));
    return *this;
  }
  // One more of the last night, with a seed of its own, and times that differ a little as real ones do.
  Nights& add(history::Iteration i) {
    i.id = static_cast<std::int64_t>(iterations.size()) + 1;
    i.seed = static_cast<std::uint64_t>(i.id);
    for (auto& p : i.phases) p.seconds *= (1 + 0.01 * static_cast<double>(i.id * 7 % 11)) * slower;
    iterations.push_back(std::move(i));
    return *this;
  }
  history::Summary summary() const { return history::sum_up(nights, iterations); }

  double slower = 1;  // all phases of what is added from now on
  std::vector<history::Night> nights;
  std::vector<history::Iteration> iterations;
};

// But for its ids.
MATCHER_P(IsLike, other, "") {
  const auto &a = arg.failure, &b = other.failure;
  return std::tie(arg.plan, arg.state, arg.seed, arg.profile, arg.procedure, arg.from, arg.to, arg.started, arg.seconds, arg.covered, arg.bundle) ==
             std::tie(other.plan, other.state, other.seed, other.profile, other.procedure, other.from, other.to, other.started, other.seconds,
                      other.covered, other.bundle) &&
         std::tie(a.verdict, a.cause, a.owner, a.scope, a.fingerprint, a.evidence) ==
             std::tie(b.verdict, b.cause, b.owner, b.scope, b.fingerprint, b.evidence) &&
         arg.phases.size() == other.phases.size();
}

}  // namespace rehearse::made
