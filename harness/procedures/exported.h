// The state of an upgraded chain as a genesis: with it a chain is begun anew after a halt that nothing else
// mends, and networks for tests are made.
#pragma once

#include <string>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// A step, before the upgrade: skipped where the current release cannot export either, and the later one with it.
void try_export(Rehearsal&);

// A node's state, as it is after a block since the upgrade, is exported by the new release; the chain's
// program takes it for a genesis, and a network of the same validators that begins with it makes blocks.
// Returns what was seen; throws StepFailed with the cause afterwards-failed, StepSkipped as said.
std::string start_from_export(Rehearsal&);

}  // namespace rehearse
