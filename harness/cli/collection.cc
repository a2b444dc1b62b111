// Several runs: of a suite, or of one scenario.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <functional>
#include <iostream>

#include "harness/cli/running.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/fitness.h"
#include "harness/run/inputs.h"
#include "harness/run/run_folder.h"
#include "harness/run/scenario_rules.h"
#include "harness/run/shared_past.h"
#include "harness/run/side_by_side.h"
#include "harness/spec/suite.h"
#include "harness/view/journal.h"
#include "localnet/base/text.h"
#include "reports/coverage.h"
#include "reports/facts.h"
#include "reports/render.h"

namespace rehearse::cli {

namespace {

using WriteCollection = std::function<void(std::size_t planned, const std::vector<record::RunRecord>&)>;

// Runs of a suite, or of one scenario several times, and the reports of the whole, which are written after each.
class RunCollection {
 public:
  RunCollection(std::vector<RunOptions> all, WriteCollection write)
      : runs(std::move(all)), write_(std::move(write)), records_(runs.size()) {}
  void add(std::size_t run, const record::RunRecord& record, int code) {
    ++ended_;
    ++count_[record.verdict];
    if (worst_ != 1) worst_ = code ? code : worst_;  // a failure weighs more than a doubt
    records_[run] = record;
    write_(runs.size(), known());
  }
  // Shows how many ended how; the exit code.
  int conclude(const fs::path& shown) const {
    std::string tally;
    for (const auto& [verdict, n] : count_) tally += fmt::format(", {} {}", n, verdict);
    const auto coverage = reports::coverage(known());
    std::cout << reports::coverage_text(coverage);
    std::cout << fmt::format("\n{} of {} runs{}; results in {}\n", ended_, runs.size(), tally, shown.string());
    if (stopped) return stopped;
    const auto never = reports::never_applied(coverage);
    if (never.empty()) return worst_ == 0 && count_.contains("skipped") && !count_.contains("pass") ? 2 : worst_;
    std::cout << fmt::format("FAIL: never took effect: {}\n", fmt::join(never, ", "));
    return 1;
  }

  const std::vector<RunOptions> runs;
  int stopped = 0;  // by a signal: the exit code

 private:
  std::vector<record::RunRecord> known() const {
    std::vector<record::RunRecord> all;
    for (const auto& r : records_)
      if (r) all.push_back(*r);
    return all;
  }

  WriteCollection write_;
  std::vector<std::optional<record::RunRecord>> records_;
  std::map<std::string, int> count_;
  std::size_t ended_ = 0;
  int worst_ = 0;
};

// Each in a process of its own: what becomes of one is no matter of the others. What each of several at a time prints is kept
// beside its folder, and shown when it has ended.
int run_all(RunCollection collection, int jobs, const Leaves& leaves, const fs::path& shown) {
  std::vector<Job> all;
  for (const auto& run : collection.runs) {
    check_unused(run.folder);
    all.push_back({[one = run, leaves, &shown, first = jobs == 1 && all.empty()]() mutable {
                     if (!first) one.invoked = now_micros();
                     return run_one_of(one, leaves, shown / one.folder.filename());
                   },
                   jobs == 1 ? fs::path() : fs::path(run.folder.string() + ".log"), after_crash});
  }
  const int signal = run_side_by_side(all, jobs, [&](std::size_t i, int code) {
    if (!all[i].output.empty()) std::cout << read_file(all[i].output) << std::flush;
    collection.add(i, record_of(collection.runs[i]), code);
  });
  if (signal) collection.stopped = 128 + signal;
  return collection.conclude(shown);
}

// As many runs at a time as were asked for, and as the machine bears.
int jobs_for(const std::vector<RunOptions>& runs, int asked) {
  std::size_t nodes = 0;
  for (const auto& run : runs) {
    const auto n = load_scenario(run.scenario).network;
    const auto validators = run.validators ? static_cast<std::size_t>(*run.validators) : n.validators.size();
    nodes = std::max(nodes, validators + n.inactive.size() + n.full_nodes.size());
  }
  return jobs_on_this_machine(asked, nodes);
}

// Those that have their past in common get a place for its checkpoint. Says of each other one, once, why it has none.
void let_share_pasts(std::vector<RunOptions>& runs, std::optional<SuiteCheckpoints>& checkpoints, const fs::path& folder) {
  std::map<std::string, std::vector<RunOptions*>> by_past;
  std::map<std::string, std::vector<std::string>> from_nothing;
  for (auto& run : runs) {
    auto looked_at = run;
    looked_at.build_release = {};  // when its turn comes
    SharedPast past;
    try {
      past = shared_past(read_inputs(looked_at), looked_at);
    } catch (const ScenarioSkipped&) {
      continue;
    } catch (const Error&) {
      continue;  // it says so itself
    }
    if (past.key.empty()) from_nothing[past.why_not].push_back(run.scenario.stem());
    else by_past[past.key].push_back(&run);
  }
  std::size_t forked = 0;
  for (const auto& [past, sharing] : by_past) {
    if (sharing.size() < 2) {
      from_nothing["no other has its past"].push_back(sharing.front()->scenario.stem());
      continue;
    }
    forked += sharing.size() - 1;
    for (auto* run : sharing) run->checkpoints = folder;
  }
  if (forked) checkpoints.emplace(folder);
  constexpr std::size_t kNamed = 4;
  std::cout << fmt::format("{} of {} begin from the checkpoint that another one leaves\n", forked, runs.size());
  for (const auto& [why, names] : from_nothing) std::cout << fmt::format("from nothing, {}: {}\n", why, reports::join(names, kNamed));
  std::cout << std::flush;
}

}  // namespace

int jobs_on_this_machine(int asked, std::size_t nodes) {
  const auto processors = ::sysconf(_SC_NPROCESSORS_ONLN);
  const auto memory = available_memory(read_file("/proc/meminfo"));
  const int jobs = std::min(asked, bearable(processors, memory, nodes));
  std::cout << fmt::format("{} at a time of {} asked for: {} processors, {} MB available, {} nodes a run at most\n", jobs,
                           asked, processors, memory / 1'000'000, nodes)
            << std::flush;
  return jobs;
}

std::vector<RunOptions> repeated(const RunOptions& o, int times) {
  std::vector<RunOptions> runs;
  for (int i = 1; i <= times; ++i) {
    runs.push_back(o);
    runs.back().folder /= std::to_string(i);
  }
  return runs;
}

int run_repeated(const RunOptions& o, int times, const Leaves& leaves, const fs::path& shown) {
  RunCollection collection(repeated(o, times), [&](std::size_t planned, const auto& records) {
    reports::write_repeated(records.front().scenario, planned, records, o.folder, leaves.dialect);
  });
  return run_all(std::move(collection), 1, leaves, shown);
}

int run_suite(const Project& project, const RunOptions& o, const Shard& shard, int jobs, bool forks, const Leaves& leaves, const fs::path& shown) {
  const auto suite = load_suite(o.scenario);
  const auto files = scenario_files(suite, o.scenario);
  std::vector<RunOptions> runs;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!shard.has(i)) continue;
    runs.push_back(o);
    runs.back().scenario = files[i];
    runs.back().folder /= files[i].stem();
    if (o.profile.empty()) runs.back().profile = project.profile(suite, suite.scenarios[i]);
  }
  if (runs.empty()) throw Error(Blame::scenario, fmt::format("{}: of its {} scenarios none is left for machine {} of {}", o.scenario.string(), files.size(), shard.number, shard.count));
  if (jobs > 1) jobs = jobs_for(runs, jobs);
  std::optional<SuiteCheckpoints> checkpoints;
  if (forks) let_share_pasts(runs, checkpoints, o.folder / kCheckpoints);
  RunCollection collection(std::move(runs), [&](std::size_t planned, const auto& records) { reports::write_suite(suite.name, planned, records, o.folder, leaves.dialect); });
  return run_all(std::move(collection), jobs, leaves, shown);
}

}  // namespace rehearse::cli
