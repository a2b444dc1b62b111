// How the commands that carry out runs do it: one here, several in processes of their own.
#pragma once

#include <filesystem>
#include <string>

#include "harness/cli/commands.h"
#include "harness/repro/bundle.h"
#include "reports/explain.h"
#include "reports/junit.h"

namespace rehearse::cli {

// What a run leaves beside its record.
struct Leaves {
  reports::JunitDialect dialect = reports::JunitDialect::rich;
  std::optional<BundleOptions> bundle = BundleOptions{};  // none: no failure leaves one
  int verify = 0;  // how often a failure is tried again
  std::chrono::seconds verify_for{300};  // after which no more tries begin
};

// These throw Error(Blame::scenario) for what a flag may not say.

// RELEASE of `from` and of `to`, however they are given; empty: not at all.
std::pair<std::string, std::string> chain_releases(const RunFlags&);
RunOptions options_of(const Project&, const RunFlags&, const std::string& command);
Leaves leaves_of(const RunFlags&);
std::chrono::seconds duration_of(const char* flag, const std::string& text);

// A part of what several machines share: of so many, the one with that number, from 1.
struct Shard {
  int number = 1, count = 1;
  bool has(std::size_t i) const { return i % static_cast<std::size_t>(count) == static_cast<std::size_t>(number - 1); }
};
Shard shard_of(const std::string& text);

// Of the project's results, where no folder was chosen.
bool chose_no_folder(const RunFlags&);
// That folder, or the chosen one as its user typed it, for what is printed.
fs::path shown_folder(const Project&, const RunFlags&, const RunOptions&);
// results/latest names the newest run of those that chose no folder of their own.
void link_latest(const fs::path& folder);

bool shows_color();

// As many at a time as this machine bears of runs with so many nodes, and no more than were asked for.
int jobs_on_this_machine(int asked, std::size_t nodes);

// What its folder and earlier runs of it (in `results`) tell of a run beside its record.
reports::Explanation explanation_of(const record::RunRecord&, const fs::path& folder, const fs::path& results);
// Writes explain.md of a run that did not pass. `shown`: its folder as its user types it.
void explain(const record::RunRecord&, reports::Explanation, const fs::path& folder, const fs::path& shown, bool bundled);

// Carries the run out again, in its folder, as often as that says.
record::Reproduced verify(const RunOptions& failed, const record::RunRecord&, const Leaves&);

// Runs it, writes its reports, shows its summary, and leaves a bundle of a failure. `shown`: its folder, for what is printed.
RunResult run_once(const RunOptions&, const Leaves&, const fs::path& shown);

// One of several: its exit code. What the profile lacks, or what is wrong with it, is no matter of the others.
int run_one_of(const RunOptions&, const Leaves&, const fs::path& shown);

// What a run in another process has left.
record::RunRecord record_of(const RunOptions&);

// That many, one after the other, in folders 1, 2, ... of the one that is given.
std::vector<RunOptions> repeated(const RunOptions&, int times);
int run_repeated(const RunOptions&, int times, const Leaves&, const fs::path& shown);

// Without a profile in the options, each scenario is run with its own. `forks`: those with a past in common go through it once.
int run_suite(const Project&, const RunOptions&, const Shard&, int jobs, bool forks, const Leaves&, const fs::path& shown);

}  // namespace rehearse::cli
