// The sections of report.html, which html.cc puts together, and what they share with the pages of a suite and a history. Each returns
// markup; of a run without a diagnosis there is none of that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.h"
#include "reports/explain.h"
#include "reports/facts.h"

namespace rehearse::reports::page {

// A whole document around these sections, with the style sheet in it.
std::string document(const std::string& title, const std::string& sections);
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

// A table that scrolls by itself where the page is too narrow; `rows` and their cells are markup. `kind`: a class of the style sheet.
std::string table(const std::vector<const char*>& columns, const std::string& rows, const std::string& kind = "");
std::string row(const std::vector<std::string>& cells);
// A number above what it counts; `kind`: a class of the style sheet.
std::string figure(const std::string& number, const char* label, const char* kind = "plain");
std::string tally_pills(const Tally&);
// A class of the style sheet; the verdict is a closed set, but a record may be of a later version.
std::string verdict_class(const std::string& verdict);

// 0 for what is no time.
double sane(double seconds);
// A value as escaped text, cut at 8 KiB. Keeps line ends.
std::string value(std::string_view text);
// `<span class="node">...</span>`, or nothing for no name.
std::string node(std::string_view name);

}  // namespace rehearse::reports::page
