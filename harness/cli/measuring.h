// What a soak keeps of a run's measurements.
#pragma once

#include <filesystem>

#include "harness/record/measures.h"
#include "harness/record/run_record.h"

namespace rehearse::cli {

// Of the run whose folder it is, into that folder: in the run's own process, so that the soak's memory does not grow to what the
// longest journal takes.
void write_measures(const std::filesystem::path& folder);

// What that has written, if anything, with what is known of the harness and of this process, which carries out one run after the other.
record::Measures measures_with_soak(const std::filesystem::path& folder, const record::RunRecord&);

}  // namespace rehearse::cli
