// The records of runs that nobody carries out here: one that is skipped, did not begin, or crashed, and one that is judged
// again from its folder.
#pragma once

#include <filesystem>
#include <string>

#include "harness/record/run_record.h"
#include "harness/run/options.h"
#include "localnet/process/guard.h"

namespace rehearse {

// "Linux 6.1.0 x86_64, 2 cores"
std::string host_description();

// The record of a run that is skipped, and of one that ended before there was a journal.
record::RunRecord record_of_skipped(const RunOptions&, const std::string& reason);
record::RunRecord record_of_not_begun(const RunOptions&, const std::string& reason);

// The record of a run whose harness could not conclude it. Its journal gets as its end how that came; one that was cut off is
// cancelled.
record::RunRecord conclude_crashed(const std::filesystem::path& folder, const HarnessEnd&);

// What a run's folder says of it, in run.json. Throws Error(Blame::scenario) when it does not.
record::RunRecord record_in(const std::filesystem::path& folder);

// Judges a run folder's journal again, offline.
record::RunRecord judge_folder(const std::filesystem::path& folder);

}  // namespace rehearse
