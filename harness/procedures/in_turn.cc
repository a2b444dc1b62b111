#include "harness/procedures/in_turn.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/engine/goals.h"
#include "harness/procedures/governance.h"
#include "harness/procedures/preparation.h"
#include "harness/procedures/verification.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

constexpr std::chrono::seconds kReturns{20}, kMost{60};

struct Bonded {
  std::int64_t tokens = 0;
  std::string address, moniker;
};

}  // namespace

NodeNames smallest_first(Rehearsal& r) {
  const auto a = r.ask("order", {{question::validators, r.view().order.front(), {}, 0}}).front();
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

NodeNames then_full_nodes(Rehearsal& r, NodeNames validators) {
  const auto& full = r.scenario().network.full_nodes;
  validators.insert(validators.end(), full.begin(), full.end());
  return validators;
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

Downs restart(Rehearsal& r, const NodeNames& names, const std::function<void()>& work, bool always,
              const std::function<void()>& check) {
  const auto& v = r.view();
  const auto stopped_at = v.highest_height();
  stop_nodes(r, names);
  const auto down_at = v.highest_height();
  const auto down_since = v.last_seen;
  const bool goes_on = 3 * v.power_of(names) < v.total_power();
  work();
  if (!goes_on && always) await_blocks_without(r, names, down_at);
  start_nodes(r, names);
  const auto started_at = v.highest_height();
  check();
  for (const auto& name : names)
    r.await(name + " to take part again",
            v.nodes.at(name).member.validator ? signs_above(name, started_at) : stored_on_all(started_at + 1),
            {kReturns, kMost});
  // In a shorter time there may be no block: the one that was down was to propose it.
  constexpr double kLongEnough = 6;  // blocks
  if (goes_on && static_cast<double>(v.last_seen - down_since) / 1e6 > kLongEnough * block_interval_s(v)) check_blocks_without(v, names, down_at);
  Downs downs;
  for (const auto& name : names) downs[name] = {stopped_at, v.highest_height()};
  return downs;
}

Downs restart_on(Rehearsal& r, const NodeNames& names, bool always) {
  keep_binary(r, names, r.from());
  return restart(
      r, names, [&] { replace_binary(r, names, r.to()); }, always,
      [&] { check_installed(r, names, r.to()); });
}

void begin_in_turn(Rehearsal& r) {
  r.step("before", "State before the upgrade", kRolling, [&] {
    make_records(r);
    return ask_state_before(r);
  });
  check_finally(r);
}

}  // namespace rehearse
