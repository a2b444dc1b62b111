// A node whose state parted from the others' in the upgrade: rolling it back would cross the upgrade height, so its data
// comes back from the backup that Cosmovisor made at the halt, with the newer signing state and its WAL.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/diagnosis/rules.h"
#include "harness/engine/goals.h"
#include "harness/procedures/governed.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/signing_state.h"
#include "harness/procedures/state_rollback.h"
#include "harness/procedures/verification.h"

namespace rehearse {

namespace {


void check_rollback(Rehearsal& r, const NodeNames& names) {
  r.step("state", "Rollback state", kChainRollback, [&] {
    if (r.scenario().upgrade.drops > 0) roll_back_state(r, names);
    for (const auto& name : names)
      if (destroyed_by_rollback(r.view(), name).empty())
        throw StepFailed(name + ": its state could be rolled back");
    return "finding: the runbook's step is left out: " + destroyed_by_rollback(r.view(), names.front());
  });
}

// Nodes whose state is not that of more than 2/3 of the power.
NodeNames await_divergence(Rehearsal& r) {
  NodeNames parted;
  r.step("diverged", "A node's state is not the chain's", kChainRollback, [&] {
    r.await("blocks after the upgrade", above(r.view().plan->height + 1));
    r.await("states that differ", [&](const NetworkView& v) -> std::optional<Unmet> {
      if (const auto found = app_hash_divergence(v)) parted = found->affected_nodes;
      // Before more than 2/3 have said theirs, it is not known whose state is the chain's.
      if (parted.empty() || 3 * v.power_of(parted) >= v.total_power())
        return Unmet{parted, fmt::format("height {}", v.highest_height())};
      return std::nullopt;
    });
    return fmt::format("{}; the others go on", fmt::join(parted, ", "));
  });
  return parted;
}

}  // namespace

void chain_restore(Rehearsal& r) {
  GovernedUpgrade upgrade(r);
  stage_release(r, upgrade.plan().name);
  upgrade.go_through_vote();
  r.record(record::Expected{Cause::app_hash_divergence, "the node is restored from its backup", true});
  upgrade.await_halt();

  r.enter(Phase::swap);
  const auto parted = await_divergence(r);
  r.step("stop", "Stop node", kChainRollback, [&] {
    stop_nodes(r, parted);
    return fmt::format("{}", fmt::join(parted, ", "));
  });
  read_signing_states(r, "stopped");
  check_rollback(r, parted);
  r.step("restore", "Restore the data backup, keep the newer priv_validator_state.json and its WAL", kChainRollback, [&] {
    for (const auto& name : parted) {
      restore_data(r, name);
      r.network().node(name).unset(r.to().environment.set);  // what had set it apart
    }
    return fmt::format("{}", fmt::join(parted, ", "));
  });
  check_signing_states(r);
  r.step("return", "Start node", kChainRollback, [&] {
    const auto height = r.view().highest_height();
    start_nodes(r, parted);
    for (const auto& name : parted) r.await(name + " to sign again", signs_above(name, height));
    return fmt::format("signing above {}", height);
  });
  upgrade.resume();
  read_signing_states(r, "resumed");
  verify(r);
}

}  // namespace rehearse
