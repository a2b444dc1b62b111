// What procedures wait for most: goals over the view (design invariant 2).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// Met when `lacks` says nothing of any node; what it says instead is shown ("is at 12").
Goal on_every_node(std::function<std::string(const NodeView&)> lacks);
// Every node has stored that block.
Goal stored_on_all(std::int64_t height);
// Every node's application has executed it: a starved node stores a block well before, and has no results of it until then.
Goal executed_on_all(std::int64_t height);
// Some node has stored a later block than that.
Goal above(std::int64_t height);
// Some node has gone past so many blocks, of those from `first` on, that hold no transaction of the rehearsal's; nor does the one below, whose
// fees a block allocates.
Goal past_blocks_without_transactions(std::int64_t first, std::size_t count);

// The chain's own clock is past that.
Goal later_than(Micros time);
// The chain has a block above that height whose commit holds the validator's signature.
Goal signs_above(const std::string& validator, std::int64_t height);

}  // namespace rehearse
