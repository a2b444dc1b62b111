// summary.md for a CI job ($GITHUB_STEP_SUMMARY) and GitHub's annotations. GitHub-flavoured Markdown; values
// of the record stand in code spans or are escaped, so that none is taken for markup, a mention or a link.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.h"

namespace rehearse::reports {

// At most 1 MiB each: GitHub drops a larger summary whole.
std::string summary_md(const record::RunRecord&);
// Of a suite: one line a run, linking to "<scenario>/report.html", then what failed.
std::string summary_md(const std::vector<record::RunRecord>&, std::string_view suite);

// Workflow commands ("::error title=...::..."), a line each: the root cause first, then one per check that
// failed, then errors and inconclusive ones; at most 10, as GitHub shows no more of a kind. Empty for a pass.
std::string github_annotations(const record::RunRecord&);
// Of an error of the input, at its place where it begins with one: "scenarios/a.yaml:12: ...".
std::string github_annotation(const std::string& error);

}  // namespace rehearse::reports
