#include "reports/render.h"

#include <algorithm>

#include "reports/files.h"
#include "reports/html.h"
#include "reports/summary_md.h"

namespace rehearse::reports {

namespace {

// Evidence may hold bytes that are not UTF-8; JSON cannot, and a report must not fail for them.
std::string text_of(const record::Json& json) {
  return json.dump(2, ' ', false, record::Json::error_handler_t::replace) + "\n";
}

}  // namespace

void write_all(const record::RunRecord& run, const std::filesystem::path& run_folder, JunitDialect dialect) {
  write_atomically(run_folder / "run.json", text_of(record::to_json(run)));
  write_atomically(run_folder / "junit.xml", junit(run, dialect));
  write_atomically(run_folder / "summary.md", summary_md(run));
  write_atomically(run_folder / "report.html", report_html(run));
}

std::string suite_verdict(const std::vector<record::RunRecord>& runs) {
  const auto verdict_is = [](const char* verdict) {
    return [verdict](const record::RunRecord& run) { return run.verdict == verdict; };
  };
  for (const char* worst : {"fail", "error", "inconclusive", "cancelled"})
    if (std::any_of(runs.begin(), runs.end(), verdict_is(worst))) return worst;
  // A pass needs evidence: runs, all of them passed.
  const bool all = !runs.empty() && std::all_of(runs.begin(), runs.end(), verdict_is("pass"));
  return all ? "pass" : "inconclusive";
}

void write_suite(const std::string& suite, const std::vector<record::RunRecord>& runs,
                 const std::filesystem::path& folder, JunitDialect dialect) {
  record::Json all = record::Json::array();
  for (const auto& run : runs) all.push_back(record::to_json(run));
  const record::Json json = {{"schema", record::kSchemaVersion},
                             {"suite", suite},
                             {"verdict", suite_verdict(runs)},
                             {"runs", std::move(all)}};
  write_atomically(folder / "run.json", text_of(json));
  write_atomically(folder / "junit.xml", junit(runs, dialect, suite));
  write_atomically(folder / "summary.md", summary_md(runs, suite));
}

}  // namespace rehearse::reports
