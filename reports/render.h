// Writes the reports of a run, or of a suite of runs, into its folder. Each file is replaced as a whole.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/record/run_record.h"
#include "reports/explain.h"
#include "reports/junit.h"

namespace rehearse::reports {

// run.json (as record::to_json has it, indented by two), junit.xml, summary.md and report.html, in this
// order, so that the record is there whatever becomes of the rest. `run_folder` must exist. Throws
// std::system_error naming the file.
void write_all(const record::RunRecord&, const std::filesystem::path& run_folder, JunitDialect = JunitDialect::rich,
               const Explanation& = {});

// run.json ({"schema", "suite", "verdict", "coverage", "planned", "runs": [...]}), junit.xml, summary.md and report.html of the
// whole. The runs' own reports stand in their folders beside it. `planned`: how many there are to be; with fewer, it is not at its end.
void write_suite(const std::string& suite, std::size_t planned, const std::vector<record::RunRecord>&,
                 const std::filesystem::path& folder, JunitDialect = JunitDialect::rich);

// The same of one scenario that was run several times, with junit_repeated().
void write_repeated(const std::string& scenario, std::size_t planned, const std::vector<record::RunRecord>&,
                    const std::filesystem::path& folder, JunitDialect = JunitDialect::rich);

// How bad a verdict is.
int severity(const std::string& verdict);

// The worst of the runs: fail, then error, inconclusive, cancelled, pass, skipped. No run at all is "inconclusive". A fault that never
// took effect in any of them is a failure of the whole.
std::string suite_verdict(const std::vector<record::RunRecord>&);

}  // namespace rehearse::reports
