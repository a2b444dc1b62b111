// What nodes are asked once the run has failed: which results of transactions differ, which stores, which keys.
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// After a divergence of results, while the nodes that failed still answer: asks each node for the results of the last
// blocks that they share. Journals the answers; does nothing otherwise.
void ask_for_results(Rehearsal&);

// Asks one node of each group that differs for its stores' hashes (the profile's command `store-hashes`), on a copy of its
// home: opening the database writes to it. The nodes must have ended. Journals the answers, for the diagnosis; does
// nothing without a divergence, with an expected one, or without that command.
void compare_states(Rehearsal&);

}  // namespace rehearse
