// The sections of report.html; html.cc puts them together. Each returns markup; of a run without a diagnosis there is none of that.
#pragma once

#include <string>
#include <string_view>

#include "harness/record/run_record.h"
#include "reports/explain.h"

namespace rehearse::reports::page {

// The style sheet.
std::string_view style();

// html_head.cc: the verdict with its figures; the diagnosis; what was tested with what.
std::string verdict(const record::RunRecord&);
std::string diagnosis(const record::RunRecord&, const std::optional<Excerpt>& evidence);
std::string provenance(const record::RunRecord&);

// html_checks.cc: each checklist as a matrix of items and subjects, and what did not pass spelt out.
std::string checks(const record::RunRecord&);

// html_timeline.cc: the procedure, the faults and each node over time.
std::string timeline(const record::RunRecord&, const record::Course&);

// html_before_after.cc: nodes, parameters, the state by store and prefix, times, and what is other than in the last pass.
std::string before_after(const record::RunRecord&, const Explanation&);

// html_logs.cc: lines of all nodes in one order of time. `evidence_at`: the place of the one that proves the failure.
std::string logs(const record::Course&, const std::string& evidence_at);

// 0 for what is no time.
double sane(double seconds);
// A value as escaped text, cut at 8 KiB. Keeps line ends.
std::string value(std::string_view text);
// `<span class="node">...</span>`, or nothing for no name.
std::string node(std::string_view name);

}  // namespace rehearse::reports::page
