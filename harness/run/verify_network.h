// A network that somebody else runs, held against the runbook's checklists from outside: it is asked, and never told anything.
#pragma once

#include <filesystem>
#include <string>

#include "harness/engine/rehearsal.h"
#include "harness/run/run.h"
#include "harness/spec/standing_network.h"

namespace rehearse {

struct VerifyOptions {
  StandingNetwork network;
  std::filesystem::path profile, profiles;  // as RunOptions has them
  std::filesystem::path folder;             // must not exist, or be empty
  std::string command, harness_version;
  record::Micros invoked = 0;
};

// Throws Error for a file or an answer that cannot be of one network.
RunResult verify_network(const VerifyOptions&, ProgressReporter&);

}  // namespace rehearse
