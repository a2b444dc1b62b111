// Carries out one scenario from start to end: releases verified, network up, procedure, teardown, judgement.
// Whatever happens, there is a run folder with a journal and a record of it.
#pragma once

#include <filesystem>

#include "harness/engine/rehearsal.h"
#include "harness/record/run_record.h"
#include "harness/run/options.h"

namespace rehearse {

struct RunResult {
  record::RunRecord record;
  int exit_code = 0;
};

// Throws Error for bad input, ScenarioSkipped (fitness.h) for a profile that lacks what the scenario needs, before anything is made. Everything later is in the result.
RunResult run_scenario(const RunOptions&, ProgressReporter&);

}  // namespace rehearse
