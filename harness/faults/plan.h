// What will be injected: a pure function of scenario and seed, written to schedule.json before anything runs (design
// invariant 12).
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "harness/faults/fault.h"
#include "harness/spec/scenario.h"

namespace rehearse {

std::vector<Injection> plan_faults(const Scenario&, std::uint64_t seed);

void write_schedule(const std::filesystem::path& file, const std::vector<Injection>&);
// Throws Error(Blame::scenario) with the file and what is wrong in it.
std::vector<Injection> read_schedule(const std::filesystem::path& file);

// What is wrong with a fault of a scenario; empty: nothing. For a complaint at its line.
struct FaultTrouble {
  const char* key = "";  // of the fault's entry
  std::string what;
};
FaultTrouble trouble_with(const FaultSpec&, const NetworkSection&);
// Of a kind that is drawn: whatever the seed, its target has to be one that this network has.
FaultTrouble trouble_with_drawing(const std::string& kind, const NetworkSection&);

}  // namespace rehearse
