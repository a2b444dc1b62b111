// The wait for the first block of a new release: nodes switch, load their stores and execute block H, and nothing of
// them listens meanwhile.
#pragma once

#include <string>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// A migration may take as long as the service level for the next block gives it, at the run's scale, on a machine with a
// processor for each node: what a starved node waits for one is not counted, up to kMostThatIsWaited of it. Nodes that still execute the block after that are asked
// for their stacks, and end. Throws TimedOut.
void await_next_block(Rehearsal&, std::int64_t height);

// "; longest migrations: bank 24.0 s, staking 0.1 s": of the node that took longest. Empty: none took long.
std::string migration_times(const NetworkView&, std::int64_t height);

}  // namespace rehearse
