// Releases that are known to be bad, upgraded to on purpose: does the gate still catch them?
#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "harness/history/nightly.h"

namespace rehearse::history {

// As Covered::fault has it: what was wrong was the release.
inline constexpr const char* kCanary = "canary";

bool is_canary(const Iteration&);

struct Canaries {
  int tried = 0, caught = 0;    // a run that expects the failure passes by it; those that tell nothing are not counted
  std::int64_t last_night = 0;  // in which one was caught: NightTotals::id(); 0: never
  int nights_since = 0;         // since then
};
Canaries canaries(const std::vector<NightTotals>&);

// How long ago the last one that was caught began; nothing: none was.
std::optional<std::chrono::seconds> since_caught(const std::vector<Iteration>&, std::time_t now);

// The failure of one that was not caught, or for another cause: it says what was expected of which release, and is the gate's own.
record::Failure missed_canary(record::Failure, const std::string& release, const std::string& expected);

}  // namespace rehearse::history
