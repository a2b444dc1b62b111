// Rolling upgrade, as the runbook's "Non-Breaking Upgrades" says: one validator after the other, smallest voting power first,
// each only when the one before signs again, and the chain never stands still.
#include <fmt/format.h>

#include <algorithm>

#include "harness/goals.h"
#include "harness/procedures/governance.h"
#include "harness/procedures/liveness.h"
#include "harness/procedures/operator.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"

namespace rehearse {

namespace {

constexpr const char* kRolling = "Rolling Upgrade Procedure";
constexpr const char* kOrder = "Validator Rolling Upgrade Order";
constexpr std::chrono::seconds kMost{60};

struct Bonded {
  std::int64_t tokens = 0;
  std::string address, moniker;
};

// Bonded validators as the chain lists them, smallest first, ties by address.
std::vector<Bonded> smallest_first(Rehearsal& r) {
  const auto a = r.ask("order", {{"validators", r.view().order.front(), {}, 0}}).front();
  if (!a.answered) throw StepFailed("the chain does not list its validators: " + a.error);
  std::vector<Bonded> all;
  for (const auto& v : a.value)
    if (v.value("status", "") == "BOND_STATUS_BONDED")
      all.push_back({number_in(v.at("tokens")), v.value("operator_address", ""), v.at("description").value("moniker", "")});
  std::sort(all.begin(), all.end(),
            [](const auto& x, const auto& y) { return std::tie(x.tokens, x.address) < std::tie(y.tokens, y.address); });
  return all;
}

// The order in which the operators mean to go; throws when it is not the runbook's.
NodeNames agreed_order(Rehearsal& r) {
  NodeNames order;
  for (const auto& v : smallest_first(r)) order.push_back(v.moniker);
  auto meant = order;
  if (r.scenario().upgrade.order == RollingOrder::largest_first) std::reverse(meant.begin(), meant.end());
  if (meant != order)
    throw StepFailed(fmt::format("the order is {}, the runbook's is {}", fmt::join(meant, ", "), fmt::join(order, ", ")),
                     "wrong-order");
  return order;
}

Down upgrade_one(Rehearsal& r, const std::string& name) {
  const auto& n = r.view().nodes.at(name);
  Down down;
  r.step("upgrade-" + name, "Upgrade " + name, kRolling, [&] {
    down.from = r.view().highest_height();
    stop_nodes(r, {name});
    await_blocks_without(r, name);
    install_on(r, {name}, r.from, r.to);
    start_nodes(r, {name});
    const auto started_at = r.view().highest_height();
    r.await(name + " to take part again", n.member.validator ? signs_above(name, started_at) : stored_on_all(started_at + 1),
            {std::chrono::seconds(20), kMost});
    down.to = r.view().highest_height();
    return fmt::format("stopped at {}, takes part again at {}", down.from, down.to);
  });
  return down;
}

}  // namespace

void rolling_upgrade(Rehearsal& r) {
  NodeNames order;
  r.step("before", "State before the upgrade", kRolling, [&] {
    for (const auto& transaction : r.profile().seed_transactions)
      send_transactions(r, seeds(r, transaction, r.view().validators()));
    return ask_state_before(r);
  });
  r.step("order", "Get validator order", kOrder, [&] {
    order = agreed_order(r);
    return fmt::format("{}", fmt::join(order, ", "));
  });
  const auto from = r.view().highest_height();
  r.enter("swap");
  std::map<std::string, Down> downs;
  for (const auto& name : order) downs[name] = upgrade_one(r, name);
  for (const auto& name : r.scenario().network.full_nodes) upgrade_one(r, name);
  r.step("signed", "Every block signed by all but the one that restarts", kOrder,
         [&] { return check_signatures(r.view(), from, downs); });
  r.record(record::Aimed{r.view().highest_height(), "to", false});
  ask_when_resumed(r);
  verify(r);
}

}  // namespace rehearse
