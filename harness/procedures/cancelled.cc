// An upgrade that governance calls off before its height: nothing halts, and every node stays on the old release.
#include <fmt/format.h>

#include "harness/goals.h"
#include "harness/procedures/governed.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"

namespace rehearse {

void cancelled_upgrade(Rehearsal& r) {
  GovernedUpgrade upgrade(r);
  upgrade.expect_no_plan();
  upgrade.propose();
  upgrade.vote();
  upgrade.ask_before();
  upgrade.pass();
  const auto height = upgrade.plan().height;
  r.record(record::Aimed{height, "from", false});

  std::string proposal;
  bool all_voted = false;
  r.step("cancel", "Cancellation proposed and voted for", kTimeline, [&] {
    proposal = submit_proposal(
        r, {"Cancel the upgrade to " + upgrade.plan().name, {{"@type", "/cosmos.upgrade.v1beta1.MsgCancelUpgrade"}}});
    all_voted = approve(r, proposal);
    return "proposal " + proposal;
  });
  r.step("cancelled", "Cancellation passed, no upgrade planned", kTimeline, [&] {
    await_passed(r, proposal, all_voted);
    const auto a = r.ask("cancelled", {{"current-plan", r.view().order.front(), {}, 0}}).front();
    if (!a.answered) throw StepFailed("the chain does not say what is planned: " + a.error);
    if (!a.absent) throw StepFailed("the cancellation passed, but the plan stands: " + a.value.dump());
    return "asked over " + a.source;
  });

  r.enter("waiting");
  r.step("no-halt", "Nothing halts at the height that was planned", kTimeline, [&] {
    r.await("height " + std::to_string(height + 1) + " on all", stored_on_all(height + 1));
    ask_when_resumed(r);
    return fmt::format("height {} on all nodes", height + 1);
  });
  verify(r);
}

}  // namespace rehearse
