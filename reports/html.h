// report.html: one run for a person to read. Self-contained (no asset, no address; its script only leaves out log lines), light and
// dark by the reader's preference, and readable on paper.
#pragma once

#include <string>

#include "harness/record/run_record.h"
#include "reports/explain.h"

namespace rehearse::reports {

// A whole HTML document, with sections of these ids: cause (of what has a diagnosis), timeline, before-after, logs, checklists. All
// text of the record and the course is escaped; values are cut at 8 KiB (run.json has them whole).
std::string report_html(const record::RunRecord&, const Explanation& = {});

}  // namespace rehearse::reports
