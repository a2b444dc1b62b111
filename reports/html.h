// report.html: one run for a person to read. Self-contained (no script, no asset, no address), light and dark
// by the reader's preference, and readable on paper.
#pragma once

#include <string>

#include "harness/record/run_record.h"

namespace rehearse::reports {

// A whole HTML document. All of the record's text is escaped; values are cut at 8 KiB (run.json has them
// whole).
std::string report_html(const record::RunRecord&);

}  // namespace rehearse::reports
