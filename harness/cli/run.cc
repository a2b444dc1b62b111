// rehearse run and report: one scenario or a suite; a run's folder judged again.
#include "harness/run/run.h"

#include <iostream>

#include "harness/cli/own_releases.h"
#include "harness/cli/running.h"
#include "harness/run/conclusion.h"
#include "harness/spec/suite.h"
#include "reports/console.h"
#include "reports/render.h"

namespace rehearse::cli {

int run(const Project& project, RunFlags flags, const std::string& command) {
  find_out_profile(project, flags);
  const auto o = options_of(project, flags, command);
  const auto leaves = leaves_of(flags);
  const auto shown = shown_folder(project, flags, o);
  if (is_suite(o.scenario) && flags.repeat != 1)
    throw Error(Blame::scenario, "--repeat takes a scenario, not a suite");
  if (flags.shard != RunFlags{}.shard && !is_suite(o.scenario)) throw Error(Blame::scenario, "--shard takes a suite");
  if (flags.jobs != 1 && !is_suite(o.scenario)) throw Error(Blame::scenario, "--jobs takes a suite");
  if (flags.jobs != 1 && !o.break_at.empty())
    throw Error(Blame::scenario, "--break-at holds one run at a time, without --jobs");
  const int code = is_suite(o.scenario) ? run_suite(project, o, shard_of(flags.shard), flags.jobs, flags.fork == "auto", leaves, shown)
                   : flags.repeat == 1  ? run_once(o, leaves, shown).exit_code
                                        : run_repeated(o, flags.repeat, leaves, shown);
  if (chose_no_folder(flags)) link_latest(o.folder);
  return code;
}

namespace {

// What its journal does not hold.
void keep_what_came_after(record::RunRecord& record, const fs::path& folder) try {
  const auto before = record_in(folder);
  record.bundle = before.bundle, record.reproduced = before.reproduced;
} catch (const Error&) {
  // There is none yet, or it is damaged: that is why it is made anew.
}

}  // namespace

int report(const Project& project, const std::string& folder) {
  auto record = judge_folder(folder);
  keep_what_came_after(record, folder);
  reports::write_all(record, folder, reports::JunitDialect::rich, explanation_of(record, folder, project.results()));
  std::cout << reports::summary(record, folder, shows_color()) << std::flush;
  return record::exit_code(record);
}

}  // namespace rehearse::cli
