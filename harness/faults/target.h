// On whom a fault acts. Chosen by name, or by voting power: with a third of the power gone a halt is the right answer, with
// less the chain has to go on. A choice that leaves room is drawn from the run's seed; `proposer` is known only when the fault
// is injected.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/faults/random.h"
#include "harness/spec/scenario.h"

namespace rehearse {

struct Target {
  std::vector<std::string> nodes;  // what it acts on; of a partition: all of the network
  // Directed links, as (from, to); empty for a target that is nodes.
  std::vector<std::pair<std::string, std::string>> links;
  // Nodes that a cut of these links takes away from the rest: all but the group with more than 2/3 of the power.
  std::vector<std::string> cut_off;
  bool proposer = false;  // known when it is injected
};

// `who`: NAME, one, minority, third, blocking, majority, proposer, largest, smallest, all, provider, network,
// `link A->B`, `partition {A, B | C, D}`. Throws Error(Blame::scenario) with what is wrong, without a place.
Target choose_target(const NetworkSection&, const std::string& who, Random&);
// All links between these nodes and the others, both ways; of all nodes, those of each with each.
Target isolate(const NetworkSection&, std::vector<std::string> nodes);

}  // namespace rehearse
