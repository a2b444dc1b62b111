// Nights of another machine's file, taken over.
#pragma once

#include <vector>

#include "harness/history/rows.h"

namespace rehearse::history {

// Those that are not here by their uid, and those that still ran when they were taken over and have ended since. In both files' own
// order, between each other by their start. Returns how many. Throws Error as History does.
int merge_nights(const Connection& into, const std::vector<NightRow>& nights, const std::vector<Iteration>& iterations);

}  // namespace rehearse::history
