// `rollback --hard`, which takes a stopped node's state back by one height: across an upgrade it destroys the state, so it is
// only run where it does not.
#pragma once

#include <string>

#include "harness/procedures/operator.h"

namespace rehearse {

// The section of the runbook that procedures which take a chain's release back carry out.
inline constexpr const char* kChainRollback = "Chain Upgrade Rollback";

// Why it would destroy the state of that node, as it was last seen; empty when it would not.
std::string destroyed_by_rollback(const NetworkView&, const std::string& node);

// Runs it on these stopped nodes, each with the release that lies in its place. Throws StepFailed with the cause
// rollback-destroys before any is touched.
void roll_back_state(Rehearsal&, const NodeNames&);

}  // namespace rehearse
