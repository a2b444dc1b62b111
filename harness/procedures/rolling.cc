// Rolling upgrade, as the runbook's "Non-Breaking Upgrades" says: one validator after the other, smallest voting power first,
// each only when the one before signs again, and the chain never stands still.
#include <fmt/format.h>

#include <algorithm>

#include "harness/procedures/in_turn.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"

namespace rehearse {

namespace {

// The order in which the operators mean to go; throws when it is not the runbook's.
NodeNames agreed_order(Rehearsal& r) {
  const auto order = smallest_first(r);
  auto meant = order;
  if (r.scenario().upgrade.order == RollingOrder::largest_first) std::reverse(meant.begin(), meant.end());
  if (meant != order)
    throw StepFailed(fmt::format("the order is {}, the runbook's is {}", fmt::join(meant, ", "), fmt::join(order, ", ")),
                     Cause::wrong_order);
  return order;
}

}  // namespace

void rolling_upgrade(Rehearsal& r) {
  begin_in_turn(r);
  NodeNames order;
  r.step("order", "Get validator order", kOrder, [&] {
    order = agreed_order(r);
    return fmt::format("{}", fmt::join(order, ", "));
  });
  const auto from = r.view().highest_height();
  r.enter(Phase::swap);
  Downs downs;
  for (const auto& name : then_full_nodes(r, order))
    r.step("upgrade-" + name, "Upgrade " + name, kRolling, [&] {
      downs.merge(restart_on(r, {name}, true));
      return fmt::format("stopped at {}, takes part again at {}", downs.at(name).from, downs.at(name).to);
    });
  r.step("signed", "Every block signed by all but the one that restarts", kOrder,
         [&] { return check_signatures(r.view(), from, downs); });
  r.record(record::ExpectedOutcome{r.view().highest_height(), WhichRelease::to, false});
  ask_when_resumed(r);
  verify(r);
}

}  // namespace rehearse
