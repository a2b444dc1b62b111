// report.html of a suite: which scenarios passed, what the others failed for, where the time went. A whole document without script.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.h"

namespace rehearse::reports {

// Sections of these ids: failures, matrix, slowest, faults, skipped, each where there is something to say. Links lead to
// "<scenario>/report.html" beside it.
std::string suite_html(const std::vector<record::RunRecord>&, std::string_view suite);

}  // namespace rehearse::reports
