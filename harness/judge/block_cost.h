// What blocks cost the nodes in their own processor time. A slow or busy machine gives a node less of it; that it takes more, and
// others wait for what it takes, is its program's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/view/view.h"

namespace rehearse {

// What a node has had of a processor, in the last process of that time, between two of its samples.
struct ProcessorTime {
  double seconds = 0, of = 0;  // of so many
  double share() const { return of > 0 ? seconds / of : 0; }
};
ProcessorTime processor_time(const NodeView&, Micros from, Micros to);

struct BlockCost {
  double block_s = 0;     // of processor time
  double interval_s = 0;  // from one to the next, as the node saw them
  double share = 0;       // of a processor, over that time
};

// Since the upgrade a block costs several times more than before it, in nodes with more than 2/3 of the power; they take more of the
// processors, too, and blocks come later. Nothing where it is not so, too few blocks tell, or a
// disruptive fault was injected.
struct DearerBlocks {
  std::vector<std::string> nodes;
  BlockCost before, after;  // of the first of them
};
std::optional<DearerBlocks> dearer_blocks(const NetworkView&);

// "validator-1: a block costs 3.10 s of processor time since the upgrade, 0.02 s before it"
std::string in_words(const DearerBlocks&);

}  // namespace rehearse
