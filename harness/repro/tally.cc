#include "harness/repro/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "localnet/base/statistics.h"

namespace rehearse {

Tally tally(const record::Failure& first, const std::vector<record::RunRecord>& again) {
  Tally t;
  for (const auto& record : again) {
    const auto now = record::failure_of(record);
    ++t.tried;
    switch (compare(first, now)) {
      case Likeness::same: ++t.alike; [[fallthrough]];
      case Likeness::same_cause:
      case Likeness::other_scope: ++t.same; break;
      case Likeness::another: ++t.others[name_of(now.cause)]; break;
      case Likeness::none: ++t.passed; break;
      case Likeness::not_told: ++t.not_told; break;
    }
  }
  return t;
}

int runs_to_see(int successes, int tried) {
  const double rate = static_cast<double>(successes) / tried;
  return rate >= 1 ? 1 : static_cast<int>(std::ceil(std::log(0.05) / std::log(1 - rate)));
}

std::string in_words(const Tally& t, const record::Failure& first) {
  const auto rate = confidence(t.same, t.tried);
  auto text = fmt::format("{} of {}: same cause, {} ({:.0f} to {:.0f} % with 95 % confidence)\n", t.same, t.tried, name_of(first.cause),
                          100 * rate.low, 100 * rate.high);
  if (t.alike < t.same) text += fmt::format("{} of these: with other evidence, or in another part of the network\n", t.same - t.alike);
  for (const auto& [cause, runs] : t.others) text += fmt::format("{}: another cause, {}\n", runs, cause);
  if (t.passed) text += fmt::format("{}: passed\n", t.passed);
  if (t.not_told) text += fmt::format("{}: nothing proven\n", t.not_told);
  return text;
}

}  // namespace rehearse
