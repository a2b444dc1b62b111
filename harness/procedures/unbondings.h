// Unbonding delegations that mature on the upgraded chain, whichever release they began with.
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// Until the time of all that unbonds now is over: the chain has let go of it, and who had delegated it has it again. Of which the
// chain does not, throws StepFailed(afterwards_failed); where nobody unbonds, or it takes longer than a rehearsal does, not_proven.
std::string await_unbondings(Rehearsal&);

}  // namespace rehearse
