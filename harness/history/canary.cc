#include "harness/history/canary.h"

#include <fmt/format.h>

#include <algorithm>

#include "localnet/base/utc.h"

namespace rehearse::history {

bool is_canary(const Iteration& i) { return std::ranges::find(i.covered, kCanary, &Covered::fault) != i.covered.end(); }

Canaries canaries(const std::vector<NightTotals>& nights) {
  Canaries all;
  for (std::size_t n = 0; n < nights.size(); ++n)
    for (const auto* i : nights[n].iterations) {
      if (!is_canary(*i) || !is_told(*i)) continue;
      ++all.tried;
      if (is_failure(*i)) continue;
      ++all.caught;
      all.last_night = nights[n].id();
      all.nights_since = static_cast<int>(nights.size() - 1 - n);
    }
  return all;
}

std::optional<std::chrono::seconds> since_caught(const std::vector<Iteration>& iterations, std::time_t now) {
  std::optional<std::chrono::seconds> least;
  for (const auto& i : iterations) {
    const auto began = time_of_utc(i.started);
    if (!began || !is_canary(i) || !is_told(i) || is_failure(i)) continue;
    const std::chrono::seconds since(std::max<std::time_t>(0, now - *began));
    if (!least || since < *least) least = since;
  }
  return least;
}

record::Failure missed_canary(record::Failure f, const std::string& release, const std::string& expected) {
  const auto missed = fmt::format("the canary {} was not caught: expected {}", release, expected);
  const auto found = f.cause == Cause::no_failure ? "" : fmt::format(", found {}", name_of(f.cause));
  f.fingerprint = record::fingerprint(missed + found);
  f.evidence = missed + found + (found.empty() ? "" : ": " + f.evidence);
  f.owner = name_of(Owner::harness);
  return f;
}

}  // namespace rehearse::history
