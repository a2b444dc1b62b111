// The model that nodes score with changed, as the runbook's "Model Upgrades (VEID)" says, and changed back, as its "Model
// Rollback" does. Where the runbook's steps are not enough, the step says so, and the procedure completes them.
#include <fmt/format.h>

#include "harness/judge/checks/scoring.h"
#include "harness/procedures/model_update.h"
#include "harness/procedures/procedure.h"

namespace rehearse {

namespace {

// The runbook edits and restarts once the height has come: until the last node has restarted they score with different
// models, which shows at the first record.
void switch_at_height(Rehearsal& r, ModelUpdate& update) {
  update.report(true);
  update.await_height();
  update.switch_nodes(update.nodes(), kModelActivation, [&] {
    r.step(fmt::format("record-{}", r.view().highest_height()), "A record is scored meanwhile", kModelActivation, [&] {
      return fmt::format("at height {}", update.score({r.view().validators().front()}));
    });
  });
}

void show_that_files_are_not_enough(Rehearsal& r, ModelUpdate& update) {
  r.step("not-enough", "Nodes still score with the model that governance has approved", kModelRollback, [&] {
    for (const auto& status : update.status_of("edited", update.nodes()))
      if (const auto trouble = scoring_trouble(status, r.subject().model->from.hash()); !trouble.empty())
        throw StepFailed("after edit and restart " + trouble, Cause::wrong_model);
    return "finding: the runbook ends here, and every node scores with " +
           update.show(r.subject().model->from);
  });
}

}  // namespace

void model_upgrade(Rehearsal& r) {
  const bool in_time = r.scenario().upgrade.activation == Activation::before_height;
  ModelUpdate update(r);
  update.begin();
  update.propose(in_time);
  update.fetch(update.diligent(), kModelDownload);
  update.load();
  update.pass();
  if (in_time) {
    update.switch_nodes(update.nodes(), kModelActivation);
    update.report(false);
    update.await_height("; finding: the runbook edits and restarts only now, one by one, and would split the network");
  } else {
    switch_at_height(r, update);
  }
  update.finish();
}

void model_rollback(Rehearsal& r) {
  ModelUpdate update(r);
  update.begin();
  update.fetch(update.diligent(), kModelRollback);  // the runbook takes it for there
  update.switch_nodes(update.diligent(), kModelRollback);
  show_that_files_are_not_enough(r, update);
  update.propose(false);
  update.pass();
  update.report(false);
  update.await_height();
  update.finish();
}

}  // namespace rehearse
