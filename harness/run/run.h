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

// Throws Error(Blame::scenario) for a folder that something lies in: no run may have it.
void check_unused(const std::filesystem::path& folder);

// The record of a run that is skipped, and of one that ended before there was a journal.
record::RunRecord record_of_skipped(const RunOptions&, const std::string& reason);
record::RunRecord record_of_not_begun(const RunOptions&, const std::string& reason);

// The record of a run whose harness could not conclude it: `how` says what ended it. Its journal gets that as its end.
record::RunRecord conclude_crashed(const std::filesystem::path& folder, const std::string& how);

// Judges a run folder's journal again, offline.
record::RunRecord judge_folder(const std::filesystem::path& folder);

}  // namespace rehearse
