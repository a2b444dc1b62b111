// What a soak keeps of a run's measurements.
#pragma once

#include <filesystem>

#include "harness/record/measures.h"
#include "harness/record/run_record.h"

namespace rehearse::cli {

// Of the run whose folder it is, and of this process, which carries out one run after the other. The journal is read in a process of
// its own, so that this one's memory does not grow to the longest run's. Of a folder without a whole journal: what is known without.
// Throws StoppedByUser (repeating.h).
record::Measures measures_with_soak(const std::filesystem::path& folder, const record::RunRecord&);

}  // namespace rehearse::cli
