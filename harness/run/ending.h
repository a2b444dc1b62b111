// How a run ended, whatever was thrown.
#pragma once

#include <functional>
#include <string>

#include "harness/run/inputs.h"

namespace rehearse {

struct Ending {
  record::RunStopped stopped;
  int exit_code = 0;  // of what says nothing about the release; 0: what the record says
};

// Does the work; nothing that it throws comes through.
Ending ending_of(const std::function<void()>& work, const Rehearsal&, const Inputs&);

// The title of the last step that began; empty: none did.
std::string last_step(const NetworkView&);

// What nobody expected, with where it came from.
std::string unexpected(const std::string& what, const std::string& step, const std::string& scenario);

}  // namespace rehearse
