// An upgrade that governance calls off before its height: nothing halts, and every node stays on the old release.
#include <fmt/format.h>

#include "harness/engine/goals.h"
#include "harness/procedures/governed.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"

namespace rehearse {

void cancelled_upgrade(Rehearsal& r) {
  GovernedUpgrade upgrade(r);
  upgrade.go_through_vote();
  const auto height = upgrade.plan().height;
  r.record(record::ExpectedOutcome{height, WhichRelease::from, false});

  std::string proposal;
  bool all_voted = false;
  r.step("cancel", "Cancellation proposed and voted for", kTimeline, [&] {
    if (const auto blocks = r.scenario().upgrade.cancel_before)
      r.await("the last blocks before the upgrade height", above(height - blocks - 1), kWhileBlocksCome);
    proposal = submit_proposal(
        r, {"Cancel the upgrade to " + upgrade.plan().name, {{"@type", "/cosmos.upgrade.v1beta1.MsgCancelUpgrade"}}});
    all_voted = approve(r, proposal);
    return "proposal " + proposal;
  });
  r.step("cancelled", "Cancellation passed, no upgrade planned", kTimeline, [&] {
    await_passed(r, proposal, all_voted);
    return ask_for_no_plan(r, "cancelled", "the cancellation passed, but the plan stands");
  });

  r.enter(Phase::waiting);
  r.step("no-halt", "Nothing halts at the height that was planned", kTimeline, [&] {
    r.await("height " + std::to_string(height + 1) + " on all", stored_on_all(height + 1), kWhileBlocksCome);
    ask_when_resumed(r);
    return fmt::format("height {} on all nodes", height + 1);
  });
  verify(r);
}

}  // namespace rehearse
