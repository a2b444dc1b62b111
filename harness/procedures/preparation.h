// The runbook's pre-upgrade checklists, as far as a machine has a part in them: backups are made, facts are gathered as
// answers, and nothing is upgraded while an item does not hold.
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// Steps for the scenario's lists before an upgrade, all but the last. Earlier runs are looked for beside this one's folder.
// Throws StepFailed("...", "not-ready").
void prepare_upgrade(Rehearsal&);
// The last of them, at the last moment.
void check_finally(Rehearsal&);

}  // namespace rehearse
