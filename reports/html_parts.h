// The sections of report.html; html.cc puts them together. Each returns markup, or nothing when the record
// has nothing for it.
#pragma once

#include <string>
#include <string_view>

#include "harness/record/run_record.h"

namespace rehearse::reports::page {

// The style sheet.
std::string_view style();

// html_head.cc: the verdict with its figures; the diagnosis; what was tested with what.
std::string verdict(const record::RunRecord&);
std::string diagnosis(const record::RunRecord&);
std::string provenance(const record::RunRecord&);

// html_checks.cc: each checklist as a matrix of items and subjects, and what did not pass spelt out.
std::string checks(const record::RunRecord&);

// html_state.cc: what the upgrade changed in the state, by store and prefix.
std::string state(const record::RunRecord&);

// html_timeline.cc: when things happened, and where the time went.
std::string timeline(const record::RunRecord&);

// A value as escaped text, cut at 8 KiB. Keeps line ends.
std::string value(std::string_view text);
// `<span class="node">...</span>`, or nothing for no name.
std::string node(std::string_view name);

}  // namespace rehearse::reports::page
