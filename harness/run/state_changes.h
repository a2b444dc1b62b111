// What the upgrade did to the state: read from the database of a node that has stopped.
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// Compares the state before the upgrade with that after it and with the last one, and with what blocks beside
// it do, and journals what it found (kStateChanges), or why it cannot be read. The nodes must have ended.
// Does nothing for a run that did not come to its end, or whose upgrade was not carried out.
void read_state_changes(Rehearsal&);

}  // namespace rehearse
