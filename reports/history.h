// What a history says: tonight against the nights before, failures in clusters, times, and what was exercised. Pure functions of
// its summary.
#pragma once

#include <string>
#include <vector>

#include "harness/history/summary.h"

namespace rehearse::reports {

// A terminal's worth: tonight, what is worse, the failures.
std::string history_text(const history::Summary&);
std::string history_md(const history::Summary&);
// {iterations: number, nights, clusters, coverage, comparison, change_points, trends, canaries}
std::string history_json(const history::Summary&);
// One page, without scripts and without anything from elsewhere.
std::string history_html(const history::Summary&);

// What is worse tonight, a line each: "pass rate: 32 of 40 tonight, 196 of 200 before (p = 0.0003)".
std::vector<std::string> worse_lines(const history::Summary&);

// The text of an issue, in Markdown; its first line is the title.
std::string issue_md(const history::Summary&, const history::Cluster&);

}  // namespace rehearse::reports
