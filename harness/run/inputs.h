// What a run is about: scenario, profile and releases, as its options choose them.
#pragma once

#include <vector>

#include "harness/faults/fault.h"
#include "harness/record/event.h"
#include "harness/engine/rehearsal.h"
#include "harness/spec/releases.h"
#include "harness/run/options.h"
#include "harness/spec/scenario.h"
#include "localnet/profile/profile.h"

namespace rehearse {

struct Inputs : Subject {
  Scenario scenario;
  Profile profile;  // with what masks its known defects
  std::vector<record::KnownDefect> defects;
  std::vector<Injection> faults;
};

// A run can be held at what its procedure enters. Throws Error(Blame::scenario) for another phase, in words of that flag.
void check_break_at(const std::string& phase, const char* flag = "--break-at");

// Nothing is made and no release opened. Throws Error(Blame::scenario) for what is wrong in a file or an option.
Inputs read_inputs(const RunOptions&);

}  // namespace rehearse
