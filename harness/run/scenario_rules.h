// What a scenario has to fulfil beyond its form: its procedure, checklists, faults and causes exist, and its fields agree.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/spec/scenario.h"
#include "harness/spec/suite.h"

namespace rehearse {

// Throws Error(Blame::scenario) with file:line:column for what is malformed or impossible.
Scenario load_scenario(const std::filesystem::path& file);

// Adds those of a file with `attestations` as a scenario has them. Throws Error(Blame::scenario) with file:line:column.
void attest(Scenario&, const std::filesystem::path& file);

// What is wrong with the step that this trigger names; empty: nothing, or it names none.
std::string trouble_with_step(const std::string& when, const Scenario&);

// What is wrong with the legs of a train, and with which of them; none: nothing.
struct LegTrouble {
  std::optional<std::size_t> leg;  // none: with all of them
  std::string what;
  bool operator==(const LegTrouble&) const = default;
};
std::optional<LegTrouble> trouble_with_legs(const std::vector<TrainLeg>&);

// Replaces the validators by `count` ones of nearly equal power, larger ones first. Throws
// Error(Blame::scenario) with file:line:column for what the scenario then says of nodes that are gone.
void set_validators(Scenario&, int count);

// Throws Error(Blame::scenario) with file:line:column, also for what is wrong in one of its scenarios.
Suite load_suite(const std::filesystem::path& file);

}  // namespace rehearse
