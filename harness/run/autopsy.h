// What stopped nodes are asked: after an app-hash divergence, in which stores their states differ.
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// Asks one node of each group that differs for its stores' hashes (the profile's command `store-hashes`), on a copy of its
// home: opening the database writes to it. The nodes must have ended. Journals the answers, for the diagnosis; does
// nothing without a divergence, with an expected one, or without that command.
void compare_states(Rehearsal&);

}  // namespace rehearse
