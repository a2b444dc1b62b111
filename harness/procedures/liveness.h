// What must hold while validators restart one after the other: the chain goes on, and whoever is up signs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// Heights at which a node need not sign: it is being changed.
struct Down {
  std::int64_t from = 0, to = 0;
};

using Downs = std::map<std::string, Down>;

// The chain goes on without those nodes, which are down since it was at that height. Throws StepFailed with the cause
// quorum-short when it does not.
void await_blocks_without(Rehearsal&, const std::vector<std::string>& names, std::int64_t height,
                          Budget = {std::chrono::seconds(8), std::chrono::seconds(60)});
// They are back, and it went on meanwhile: some block above that height was made without them. Throws TimedOut when none was:
// more than 2/3 of the power was up, so that it was the machine that was too slow.
void check_blocks_without(const NetworkView&, const std::vector<std::string>& names, std::int64_t height);

// Of the blocks above `from`: how many signatures came too late, in words. A validator may be late for a
// block on a busy machine, but not for several in a row: then throws StepFailed with the cause blocks-missed.
std::string check_signatures(const NetworkView&, std::int64_t from, const Downs&);

}  // namespace rehearse
