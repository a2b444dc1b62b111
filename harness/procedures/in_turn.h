// Nodes that are changed one after the other, or a few at a time, while the chain goes on without them.
#pragma once

#include <functional>
#include <string>

#include "harness/procedures/liveness.h"
#include "harness/procedures/operator.h"
#include "harness/engine/rehearsal.h"

namespace rehearse {

inline constexpr const char* kRolling = "Rolling Upgrade Procedure";
inline constexpr const char* kOrder = "Validator Rolling Upgrade Order";

// Bonded validators as the chain lists them, smallest voting power first, ties by address.
NodeNames smallest_first(Rehearsal&);
// Behind them the full nodes, which no block waits for.
NodeNames then_full_nodes(Rehearsal&, NodeNames validators);
// The same order in batches that leave more than 2/3 of the power running; whoever has 1/3 or more stands alone.
std::vector<NodeNames> batches(const NetworkView&, const NodeNames& order);

// Stops them, does `work`, starts them, looks at what `check` does and waits until they take part again. The chain has to go
// on without them as long as more than 2/3 of the power is left or `always`; StepFailed("...", "quorum-short") when it does not.
Downs restart(Rehearsal&, const NodeNames&, const std::function<void()>& work, bool always,
              const std::function<void()>& check = [] {});
// The same with another binary. Its version is asked for once they are started, as the runbook does.
Downs restart_on(Rehearsal&, const NodeNames&, bool always);

// The profile's records are made, and the state before is asked for.
void begin_in_turn(Rehearsal&);

}  // namespace rehearse
