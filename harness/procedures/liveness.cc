#include "harness/procedures/liveness.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/engine/goals.h"

namespace rehearse {

void await_blocks_without(Rehearsal& r, const std::vector<std::string>& names, std::int64_t height, Budget budget) {
  const auto& v = r.view();
  const auto who = fmt::format("{}", fmt::join(names, ", "));
  try {
    r.await("blocks without " + who, above(height + 1), budget);
  } catch (const TimedOut& e) {
    if (e.cause != Cause::none) throw;
    throw StepFailed(
        fmt::format(
            "the chain stands at {} while {} is down: {} of {} power is left, more than 2/3 is needed",
            v.highest_height(), who, v.total_power() - v.power_of(names), v.total_power()),
        Cause::quorum_short);
  }
}

namespace {
bool signed_by(const SeenBlock& b, const std::string& address) {
  const auto& all = b.block.signatures;
  return std::any_of(all.begin(), all.end(), [&](const auto& s) { return s.validator == address && s.flag == 2; });
}
}  // namespace

void check_blocks_without(const NetworkView& v, const std::vector<std::string>& names, std::int64_t height) {
  for (auto it = v.blocks.upper_bound(height); it != v.blocks.end(); ++it)
    if (std::none_of(names.begin(), names.end(),
                     [&](const auto& name) { return signed_by(it->second, v.nodes.at(name).member.consensus_address); }))
      return;
  throw TimedOut(fmt::format("the chain stood at {} until {} was back, with more than 2/3 of the power up", height,
                             fmt::join(names, ", ")),
                 Cause::machine_stalled);
}

std::string check_signatures(const NetworkView& v, std::int64_t from,
                             const Downs& downs) {
  constexpr int kInARow = 4;
  int late = 0;
  for (const auto& [name, down] : downs) {
    const auto& member = v.nodes.at(name).member;
    if (!member.validator) continue;
    const auto& address = member.consensus_address;
    int row = 0;
    for (auto it = v.blocks.upper_bound(from); it != v.blocks.end(); ++it) {
      const bool excused = it->first + 1 >= down.from && it->first <= down.to;
      const bool signed_it = signed_by(it->second, address);
      row = excused || signed_it ? 0 : row + 1;
      late += row > 0;
      if (row >= kInARow)
        throw StepFailed(fmt::format("{} was up and signed none of the blocks {} to {}", name,
                                     it->first - row + 1, it->first),
                         Cause::blocks_missed);
    }
  }
  return fmt::format("by every validator that was up; {} signatures late", late);
}

}  // namespace rehearse
