// Reads and checks the weights of drawn plans.
#pragma once

#include <cstdint>
#include <filesystem>

#include "harness/spec/weights.h"

namespace rehearse {

// With no more than that many legs and faults in a plan.
Weights limited(Weights, std::int64_t most_steps);

// Throws Error(Blame::scenario) with file:line:column: a part beyond 0 to 1, an unknown procedure or fault, one that is heavier
// than `nothing`.
Weights read_weights(const std::filesystem::path& file);

}  // namespace rehearse
