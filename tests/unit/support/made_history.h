// Nights and iterations made up for the tests of histories.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "harness/history/history.h"

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

inline history::Iteration failing(std::int64_t night, const std::string& evidence) {
  auto i = passing(night);
  i.failure = {"fail", Cause::upgrade_handler_panic, "release", Spread::all, evidence, evidence};
  i.bundle = "results/soak/17/repro.tar.zst";
  return i;
}

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
