// Where runs part: one leaves a checkpoint there, others go on from it.
#pragma once

#include "harness/run/origin.h"
#include "harness/run/run_network.h"

namespace rehearse {

// For other runs with this past, at the phase kForksAt. What becomes of it is no matter of this one.
void leave_checkpoint(Rehearsal&, const Origin&);

// The network of the checkpoint goes on. Throws Error: of the scenario for a checkpoint of other releases, of the machine for a
// network that does not go on.
void go_on_from(const Checkpoint&, Rehearsal&, RunNetwork&, const Inputs&, const std::filesystem::path& cosmovisor);

}  // namespace rehearse
