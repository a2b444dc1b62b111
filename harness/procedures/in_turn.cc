#include "harness/procedures/in_turn.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/goals.h"
#include "harness/procedures/governance.h"
#include "harness/procedures/verification.h"

namespace rehearse {

namespace {

constexpr std::chrono::seconds kStandsStill{8}, kReturns{20}, kMost{60};

struct Bonded {
  std::int64_t tokens = 0;
  std::string address, moniker;
};

}  // namespace

NodeNames smallest_first(Rehearsal& r) {
  const auto a = r.ask("order", {{"validators", r.view().order.front(), {}, 0}}).front();
  if (!a.answered) throw StepFailed("the chain does not list its validators: " + a.error);
  std::vector<Bonded> all;
  for (const auto& v : a.value)
    if (v.value("status", "") == "BOND_STATUS_BONDED")
      all.push_back({number_in(v.at("tokens")), v.value("operator_address", ""), v.at("description").value("moniker", "")});
  std::sort(all.begin(), all.end(),
            [](const auto& x, const auto& y) { return std::tie(x.tokens, x.address) < std::tie(y.tokens, y.address); });
  NodeNames names;
  for (const auto& v : all) names.push_back(v.moniker);
  return names;
}

std::vector<NodeNames> batches(const NetworkView& v, const NodeNames& order) {
  std::vector<NodeNames> all;
  for (const auto& name : order) {
    auto with = all.empty() ? NodeNames{} : all.back();
    with.push_back(name);
    if (!all.empty() && 3 * v.power_of(with) < v.total_power())
      all.back() = with;
    else
      all.push_back({name});
  }
  return all;
}

namespace {

void await_blocks_without(Rehearsal& r, const NodeNames& names) {
  const auto& v = r.view();
  const auto who = fmt::format("{}", fmt::join(names, ", "));
  try {
    r.await("blocks without " + who, above(v.highest_height() + 1), {kStandsStill, kMost});
  } catch (const TimedOut& e) {
    if (!e.cause.empty()) throw;
    throw StepFailed(fmt::format("the chain stands at {} while {} is down: {} of {} power is left, more than 2/3 is needed",
                                 v.highest_height(), who, v.total_power() - v.power_of(names), v.total_power()),
                     "quorum-short");
  }
}

}  // namespace

Downs restart(Rehearsal& r, const NodeNames& names, const std::function<void()>& work, bool always) {
  const auto& v = r.view();
  const auto stopped_at = v.highest_height();
  stop_nodes(r, names);
  if (always || 3 * v.power_of(names) < v.total_power()) await_blocks_without(r, names);
  work();
  start_nodes(r, names);
  const auto started_at = v.highest_height();
  for (const auto& name : names)
    r.await(name + " to take part again",
            v.nodes.at(name).member.validator ? signs_above(name, started_at) : stored_on_all(started_at + 1),
            {kReturns, kMost});
  Downs downs;
  for (const auto& name : names) downs[name] = {stopped_at, v.highest_height()};
  return downs;
}

std::string check_signatures(Rehearsal& r, std::int64_t from, const Downs& downs) {
  constexpr int kInARow = 4;
  int late = 0;
  for (const auto& [name, down] : downs) {
    const auto& address = r.view().nodes.at(name).member.consensus_address;
    int row = 0;
    for (auto it = r.view().blocks.upper_bound(from); it != r.view().blocks.end(); ++it) {
      const auto& signatures = it->second.block.signatures;
      const bool excused = it->first + 1 >= down.from && it->first <= down.to;
      const bool signed_it = std::any_of(signatures.begin(), signatures.end(),
                                         [&](const auto& s) { return s.validator == address && s.flag == 2; });
      row = excused || signed_it ? 0 : row + 1;
      late += row > 0;
      if (row >= kInARow)
        throw StepFailed(fmt::format("{} was up and signed none of the blocks {} to {}", name, it->first - row + 1, it->first),
                         "blocks-missed");
    }
  }
  return fmt::format("by every validator that was up; {} signatures late", late);
}

void begin_in_turn(Rehearsal& r) {
  r.step("before", "State before the upgrade", kRolling, [&] {
    make_records(r);
    return ask_state_before(r);
  });
}

}  // namespace rehearse
