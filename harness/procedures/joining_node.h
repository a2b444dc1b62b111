// A full node that joins after an upgrade from a snapshot of the state (state sync), as new machines do: whether what the new
// release has made of the state can be handed on (cosmos-sdk#10791: `snapshot restoration failed: app version mismatch`).
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// A step. Throws StepFailed with the cause state-sync-failed.
void join_by_state_sync(Rehearsal&);

}  // namespace rehearse
