// A release that is withdrawn when the chain has halted for it: every operator starts the old binary again, told to skip the
// plan at that height.
#include <fmt/format.h>

#include "harness/procedures/governed.h"
#include "harness/procedures/operator.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"

namespace rehearse {

void skipped_upgrade(Rehearsal& r) {
  GovernedUpgrade upgrade(r);
  upgrade.go_through_vote();
  upgrade.await_halt();

  const auto height = upgrade.plan().height;
  r.record(record::ExpectedOutcome{height, WhichRelease::from, false});
  r.enter(Phase::swap);
  r.step("skip", "Every node starts again, told to skip the upgrade", "Rollback Procedures", [&] {
    const auto all = bare_nodes(r);
    const auto& missed = r.scenario().upgrade.missed;
    stop_nodes(r, all);
    start_skipping(r, except(all, missed), height);
    start_nodes(r, missed);
    return fmt::format("{} of {} nodes", all.size() - missed.size(), all.size());
  });
  upgrade.resume();
  verify(r);
}

}  // namespace rehearse
