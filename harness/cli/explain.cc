// What a run's folder and the machine's earlier runs add to its record: for report.html, and of a failure explain.md.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "harness/cli/running.h"
#include "harness/engine/rehearsal.h"
#include "harness/run/run_folder.h"
#include "harness/view/course.h"
#include "harness/view/journal.h"
#include "localnet/base/log.h"
#include "localnet/base/text.h"
#include "reports/explain.h"
#include "reports/facts.h"
#include "reports/files.h"

namespace rehearse::cli {

namespace {

std::optional<reports::Excerpt> around(const fs::path& folder, const std::string& evidence_at) {
  constexpr long kEachSide = 20;
  const auto place = reports::place_of(evidence_at);
  std::ifstream in(folder / place.file);
  if (place.line < 1 || !in) return std::nullopt;
  reports::Excerpt e{place.file, std::max(1L, place.line - kEachSide), place.line, {}};
  std::string line;
  for (long n = 1; n <= place.line + kEachSide && std::getline(in, line); ++n)
    if (n >= e.first) e.lines.push_back(printable(line));
  if (e.first + static_cast<long>(e.lines.size()) <= e.marked) return std::nullopt;
  return e;
}

// Before that run.
std::optional<record::RunRecord> passed_in(const fs::path& folder, const record::RunRecord& like) try {
  const auto text = read_file(folder / "run.json");
  if (text.find(record::Json(like.scenario).dump()) == std::string::npos) return std::nullopt;  // most are of others: they need not be parsed
  const auto json = record::Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("verdict", "") != "pass" || json.value("scenario", "") != like.scenario ||
      json.value("profile", "") != like.profile || json.value("diagnosis", record::Json()) != nullptr || json.value("started", "") >= like.started)
    return std::nullopt;
  return record::run_record_from_json(json);
} catch (const std::exception&) {  // of another harness
  return std::nullopt;
}

// The newest folders first: their names begin with the time.
std::optional<record::RunRecord> last_pass(const fs::path& results, const record::RunRecord& like) {
  constexpr std::size_t kLookedAt = 50;
  std::vector<fs::path> all;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(results, none))
    if (entry.is_directory(none) && !entry.is_symlink(none)) all.push_back(entry.path());
  std::sort(all.rbegin(), all.rend());
  all.resize(std::min(all.size(), kLookedAt));
  for (const auto& run : all)
    for (const auto& folder : {run, run / like.scenario})
      if (auto found = passed_in(folder, like)) return found;
  return std::nullopt;
}

}  // namespace

reports::Explanation explanation_of(const record::RunRecord& record, const fs::path& folder, const fs::path& results) {
  reports::Explanation more;
  try {
    if (record.diagnosis) more.evidence = around(folder, record.diagnosis->evidence_at);
    more.course = course_of(fold_all(read_journal(folder / kJournal)), record.diagnosis ? record.diagnosis->evidence_at : "");
    more.last_pass = last_pass(results, record);
  } catch (const std::exception& e) {  // a journal of another harness, folders that go while they are looked at
    log_warning(fmt::format("{}: its page has less: {}", folder.string(), e.what()));
  }
  return more;
}

void explain(const record::RunRecord& record, reports::Explanation more, const fs::path& folder, const fs::path& shown, bool bundled) {
  if (bundled) more.bundle = (shown / kBundle).string();
  if (fs::exists(folder / kCarried)) more.network = shown.string();
  reports::write_atomically(folder / "explain.md", reports::explain_md(record, more));
}

}  // namespace rehearse::cli
