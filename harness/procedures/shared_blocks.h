// Blocks with transactions of several accounts: what a release does in an order that nobody fixed, as that of a Go map, is the same
// on every node as long as a block has but one.
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// Every validator's account pays once, again and again, until enough blocks hold payments of several of them. That a payment is
// refused throws StepFailed(afterwards_failed); that no block comes to hold several, not_proven.
std::string pay_in_shared_blocks(Rehearsal&);

}  // namespace rehearse
