#include "reports/render.h"

#include <algorithm>
#include <array>

#include "reports/coverage.h"
#include "reports/files.h"
#include "reports/html.h"
#include "reports/suite_html.h"
#include "reports/summary_md.h"

namespace rehearse::reports {

namespace {

// Evidence may hold bytes that are not UTF-8; JSON cannot, and a report must not fail for them.
std::string text_of(const record::Json& json) {
  return json.dump(2, ' ', false, record::Json::error_handler_t::replace) + "\n";
}

}  // namespace

void write_all(const record::RunRecord& run, const std::filesystem::path& run_folder, JunitDialect dialect, const Explanation& more) {
  write_atomically(run_folder / "run.json", text_of(record::to_json(run)));
  write_atomically(run_folder / "junit.xml", junit(run, dialect));
  write_atomically(run_folder / "summary.md", summary_md(run));
  write_atomically(run_folder / "report.html", report_html(run, more));
}

namespace {
// What was skipped takes nothing from what passed; alone it is no pass.
constexpr std::array<const char*, 6> kWorstLast = {"skipped", "pass", "cancelled", "inconclusive", "error", "fail"};
}  // namespace

int severity(const std::string& verdict) {
  const auto found = std::find(kWorstLast.begin(), kWorstLast.end(), verdict);
  return found == kWorstLast.end() ? severity("inconclusive") : static_cast<int>(found - kWorstLast.begin());
}

std::string suite_verdict(const std::vector<record::RunRecord>& runs) {
  // A pass needs evidence: runs, all of them passed.
  if (runs.empty()) return "inconclusive";
  int worst = 0;
  for (const auto& run : runs) worst = std::max(worst, severity(run.verdict));
  if (!never_applied(coverage(runs)).empty()) return "fail";
  return kWorstLast[static_cast<std::size_t>(worst)];
}

namespace {

void write_runs(const std::string& name, std::size_t planned, const std::vector<record::RunRecord>& runs,
                const std::filesystem::path& folder, const std::string& junit_xml) {
  record::Json all = record::Json::array();
  for (const auto& run : runs) all.push_back(record::to_json(run));
  const record::Json json = {{"schema", record::kSchemaVersion},
                             {"suite", name},
                             {"verdict", suite_verdict(runs)},
                             {"coverage", coverage(runs)},
                             {"planned", planned},
                             {"runs", std::move(all)}};
  write_atomically(folder / "run.json", text_of(json));
  write_atomically(folder / "junit.xml", junit_xml);
  write_atomically(folder / "summary.md", summary_md(runs, name));
  write_atomically(folder / "report.html", suite_html(runs, name));
}

}  // namespace

void write_suite(const std::string& suite, std::size_t planned, const std::vector<record::RunRecord>& runs,
                 const std::filesystem::path& folder, JunitDialect dialect) {
  write_runs(suite, planned, runs, folder, junit(runs, dialect, suite));
}

void write_repeated(const std::string& scenario, std::size_t planned, const std::vector<record::RunRecord>& runs,
                    const std::filesystem::path& folder, JunitDialect dialect) {
  write_runs(scenario, planned, runs, folder, junit_repeated(runs, dialect));
}

}  // namespace rehearse::reports
