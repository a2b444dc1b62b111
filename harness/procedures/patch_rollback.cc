// A patch that changes the state machine, met by the first validator that installs it: the others go on, and it takes the
// binary and its state back. The state demands it: the block that the patch executed ended in another one.
#include <fmt/format.h>

#include "harness/judge/diagnosis/rules.h"
#include "harness/engine/goals.h"
#include "harness/procedures/in_turn.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/signing_state.h"
#include "harness/procedures/state_rollback.h"
#include "harness/procedures/verification.h"

namespace rehearse {

namespace {

// Blocks that a node executes with the patch while the chain agrees with it, until nothing is wrong with it.
constexpr std::int64_t kAgreed = 3;

void install_patch(Rehearsal& r, const NodeNames& first) {
  r.step("patch", "Upgrade " + first.front(), kRolling, [&] {
    r.record(record::Expected{Cause::app_hash_divergence, "the patch is rolled back", true});
    stop_nodes(r, first);
    install_on(r, first, r.from(), r.to());
    const auto before = r.view().highest_height();
    start_nodes(r, first);
    r.await("another state on " + first.front(), [&](const NetworkView& v) -> std::optional<Unmet> {
      if (first_divergence(v)) return std::nullopt;
      const auto& n = v.nodes.at(first.front());
      if (n.committed_at(before + kAgreed))
        throw StepFailed(fmt::format("{} agrees with the chain about block {}: nothing is wrong with the patch "
                                     "that was to be rolled back",
                                     first.front(), before + kAgreed),
                         Cause::no_failure);
      return Unmet{first, fmt::format("is at {}", n.head.app_height)};
    });
    return fmt::format("its state after {} is not the chain's", first_divergence(r.view())->height);
  });
}

}  // namespace

void patch_rollback(Rehearsal& r) {
  begin_in_turn(r);
  const NodeNames first = {smallest_first(r).front()};
  r.enter(Phase::swap);
  install_patch(r, first);
  r.step("stop", "Stop node", kChainRollback, [&] {
    stop_nodes(r, first);
    return first.front();
  });
  read_signing_states(r, "stopped");
  r.step("restore", "Restore previous binary", kChainRollback, [&] {
    install_on(r, first, r.to(), r.from());
    return r.from().printed_version;
  });
  r.step("state", "Rollback state", kChainRollback, [&] {
    roll_back_state(r, first);
    return fmt::format("before {}", first_divergence(r.view())->height);
  });
  check_signing_states(r);
  r.step("return", "Start node", kChainRollback, [&] {
    const auto height = r.view().highest_height();
    start_nodes(r, first);
    r.await(first.front() + " to sign again", signs_above(first.front(), height));
    return fmt::format("signing above {}", height);
  });
  r.record(record::ExpectedOutcome{r.view().highest_height(), WhichRelease::from, false});
  ask_when_resumed(r);
  read_signing_states(r, "resumed");
  verify(r);
}

}  // namespace rehearse
