// What the faults of a run came to, and what the network owed meanwhile: each one's injection,
// evidence, heal and recovery, safety always, progress as long as more than 2/3 of the power was live and connected.
#pragma once

#include <vector>

#include "harness/judge/checks/check.h"

namespace rehearse {

inline constexpr const char* kFaults = "Injected Failures";
inline constexpr const char* kDemands = "While Failures Act";

// Nothing when the run has no faults.
std::vector<record::CheckResult> judge_faults(const Context&);
// And of what the scenario asks of the chain afterwards: applied where its step was begun, healed where it ended well.
std::vector<record::FaultCoverage> coverage_of(const NetworkView&, const Scenario&);

}  // namespace rehearse
