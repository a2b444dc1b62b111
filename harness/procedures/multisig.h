// An account of several keys, as a treasury has: what it signs is made and checked in another way than what one key signs.
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// A step before anything is proposed: two validators' keys get an account in common, coins, and pay with both signatures.
// Skipped where the current release does not take that.
void open_multisig(Rehearsal&);

// It pays on the upgraded chain, too. Throws StepFailed when the chain refuses that, StepSkipped when it was before.
std::string pay_by_multisig(Rehearsal&);

}  // namespace rehearse
