// One run with its console, its reports and what it leaves.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "harness/cli/console_progress.h"
#include "harness/cli/running.h"
#include "harness/run/conclusion.h"
#include "harness/run/fitness.h"
#include "harness/view/journal.h"
#include "localnet/base/log.h"
#include "localnet/base/text.h"
#include "localnet/process/guard.h"
#include "reports/console.h"
#include "reports/facts.h"
#include "reports/render.h"
#include "reports/summary_md.h"

namespace rehearse::cli {

bool shows_color() { return ::isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR"); }

namespace {

// On GitHub's runners: annotations, and the job's summary.
void tell_github(const record::RunRecord& record) {
  if (std::getenv("GITHUB_ACTIONS")) std::cout << reports::github_annotations(record);
  const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
  if (summary && !(std::ofstream(summary, std::ios::app) << reports::summary_md(record)))
    log_warning(std::string(summary) + ": cannot be written");
}

// Of a failure: what it was, in words, and as a file that brings it to another machine; the record names that. What becomes of
// these is no matter of the verdict.
void leave_failure(record::RunRecord& record, const reports::Explanation& more, const RunOptions& o, const Leaves& leaves, const fs::path& shown) try {
  if (!leaves_bundle(record, o.folder)) return;
  explain(record, more, o.folder, shown, leaves.bundle.has_value());
  if (!leaves.bundle) return;
  record.bundle = kBundle;  // which holds the reports that say so
  reports::write_all(record, o.folder, leaves.dialect, more);
  write_bundle(o.folder, *leaves.bundle);
} catch (const std::exception& e) {
  log_warning(fmt::format("{}: no bundle: {}", o.folder.string(), e.what()));
  std::cerr << "rehearse: no bundle of this run: " << e.what() << "\n";
  record.bundle.clear();
}

// How often it fails, and the same in its reports and its bundle.
void try_again(record::RunRecord& record, const reports::Explanation& more, const RunOptions& o, const Leaves& leaves) try {
  if (leaves.verify == 0 || record.bundle.empty()) return;
  record.reproduced = verify(o, record, leaves);
  reports::write_all(record, o.folder, leaves.dialect, more);
  write_bundle(o.folder, *leaves.bundle);
} catch (const std::exception& e) {
  std::cerr << "rehearse: the failure could not be tried again: " << e.what() << "\n";
}

}  // namespace

RunResult run_once(const RunOptions& o, const Leaves& leaves, const fs::path& shown) {
  ConsoleProgress reporter(o.invoked);
  auto result = [&] {
    try {
      return run_scenario(o, reporter);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& e) {  // beyond the run's own account of what went wrong
      after_crash(o.folder, {e.what()});
      throw;
    }
  }();
  const auto more = explanation_of(result.record, o.folder, o.results);
  reports::write_all(result.record, o.folder, leaves.dialect, more);
  leave_failure(result.record, more, o, leaves, shown);
  try_again(result.record, more, o, leaves);
  tell_github(result.record);
  std::cout << reports::summary(result.record, shown.string(), shows_color()) << std::flush;
  return result;
}

int run_one_of(const RunOptions& o, const Leaves& leaves, const fs::path& shown) {
  const auto not_begun = [&](const record::RunRecord& record) {
    fs::create_directories(o.folder);
    reports::write_all(record, o.folder, leaves.dialect);
    std::cout << reports::headline(record) << "\n" << std::flush;
  };
  try {
    return run_once(o, leaves, shown).exit_code;
  } catch (const ScenarioSkipped& e) {
    not_begun(record_of_skipped(o, e.reason));
    return 0;
  } catch (const Error& e) {
    not_begun(record_of_not_begun(o, e.what()));
    return code_of(e);
  } catch (const std::exception& e) {  // concluded by now
    log_error(e.what());
    return kHarnessKilled;
  }
}

record::RunRecord record_of(const RunOptions& o) try {
  const auto json = record::Json::parse(read_file(o.folder / "run.json"), nullptr, false);
  if (!json.is_discarded()) return record::run_record_from_json(json);
  if (fs::exists(o.folder / "events.jsonl")) return judge_folder(o.folder);  // it was killed
  return record_of_not_begun(o, "the harness ended before it had begun");
} catch (const std::exception& e) {
  return record_of_not_begun(o, e.what());
}

void after_crash(const fs::path& folder, const HarnessEnd& end) {
  if (!fs::exists(folder / "events.jsonl") || fs::exists(folder / "run.json")) return;
  auto record = conclude_crashed(folder, end);
  RunOptions o;
  o.folder = folder;
  const auto more = explanation_of(record, folder, {});
  reports::write_all(record, folder, reports::JunitDialect::rich, more);
  leave_failure(record, more, o, {}, folder);
  std::cout << reports::summary(record, folder.string(), shows_color()) << std::flush;
}

}  // namespace rehearse::cli
