// rehearse run: one scenario, its console and its reports.
#include "harness/run/run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>

#include "harness/cli/commands.h"
#include "harness/view/journal.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/conclusion.h"
#include "harness/run/run_folder.h"
#include "harness/run/side_by_side.h"
#include "harness/spec/suite.h"
#include "localnet/base/text.h"
#include "reports/console.h"
#include "reports/coverage.h"
#include "reports/facts.h"
#include "reports/render.h"
#include "reports/summary_md.h"
#include "harness/run/fitness.h"
#include "harness/run/inputs.h"
#include "harness/run/scenario_rules.h"
#include "harness/run/shared_past.h"
#include "localnet/base/log.h"

namespace rehearse::cli {

namespace {

bool shows_color() { return ::isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR"); }

// Tells the console what goes on, in seconds since the user's command.
class ConsoleProgress : public ProgressReporter {
 public:
  explicit ConsoleProgress(record::Micros start)
      : start_(start), progress_(std::cout, ::isatty(STDOUT_FILENO), shows_color()) {}
  void phase(Phase p) override { progress_.phase(name_of(p), elapsed()); }
  void note(const std::string& text) override { progress_.note(text); }
  void step_started(const std::string& title, const std::string& runbook) override {
    progress_.step_started(title, runbook);
  }
  void step_ended(const std::string& title, StepOutcome outcome, const std::string& detail) override {
    progress_.step_ended(title, name_of(outcome), detail, elapsed());
  }

 private:
  double elapsed() const { return static_cast<double>(now_micros() - start_) / 1e6; }
  record::Micros start_;
  reports::Progress progress_;
};

// results/<UTC>-<id>
fs::path new_folder(const Project& project, record::Micros start) {
  std::random_device random;
  return project.results() / fmt::format("{:%Y%m%dT%H%M%SZ}-{:04x}", fmt::gmtime(std::time_t(start / 1000000)),
                                         random() & 0xffff);
}

// results/latest names the newest run of those that chose no folder of their own.
void link_latest(const fs::path& folder) {
  const auto link = folder.parent_path() / "latest", made = folder.parent_path() / (folder.filename().string() + ".link");
  std::error_code error;
  fs::create_directory_symlink(folder.filename(), made, error);
  if (!error) fs::rename(made, link, error);
  if (error) log_warning(link.string() + ": cannot be set: " + error.message());
}

std::chrono::seconds parse_timeout(const std::string& text) {
  const auto d = parse_duration(text);
  if (!d || d->value < std::chrono::seconds(1))
    throw Error(Blame::scenario, "--timeout takes a duration of at least 1s, such as 90s or 5min; found `" + text + "`");
  return std::chrono::duration_cast<std::chrono::seconds>(d->value);
}

template <NamedEnum E>
E parse(const char* flag, const std::string& text) {
  std::vector<std::string> all;
  for (const auto& [name, value] : names(E{})) {
    if (name == text) return value;
    all.push_back(name);
  }
  throw Error(Blame::scenario, fmt::format("{} takes one of {}; found `{}`", flag, fmt::join(all, ", "), text));
}

reports::JunitDialect parse_dialect(const std::string& text) {
  if (text == "rich") return reports::JunitDialect::rich;
  if (text == "strict") return reports::JunitDialect::strict;
  throw Error(Blame::scenario, "--junit-dialect takes rich or strict; found `" + text + "`");
}

std::pair<std::string, record::Json> parse_genesis(const std::string& text) {
  const auto equals = text.find('=');
  auto value = equals == std::string::npos ? record::Json(record::Json::value_t::discarded)
                                           : record::Json::parse(text.substr(equals + 1), nullptr, false);
  if (value.is_discarded())
    throw Error(Blame::scenario, "--genesis-set takes PATH=JSON, such as app_state.gov.params.quorum='\"0.5\"'; found `" +
                                     text + "`");
  return {text.substr(0, equals), std::move(value)};
}

void take_releases(const RunFlags& flags, RunOptions& o) {
  o.from = flags.from;
  o.to = flags.to;
  for (const auto& text : flags.releases) {
    if (text.starts_with("from=")) o.from = text.substr(5);
    else if (text.starts_with("to=")) o.to = text.substr(3);
    else if (text.starts_with("patch=")) o.patch = text.substr(6);
    else throw Error(Blame::scenario, "--release takes from=RELEASE, patch=RELEASE or to=RELEASE; found `" + text + "`");
  }
  if (!flags.one_release) return;
  if (o.to.empty()) o.to = o.from;
  if (o.from.empty()) o.from = o.to;
  o.one_release = !o.from.empty() && o.from == o.to;
}

// On GitHub's runners: annotations, and the job's summary.
void tell_github(const record::RunRecord& record) {
  if (std::getenv("GITHUB_ACTIONS")) std::cout << reports::github_annotations(record);
  const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
  if (summary && !(std::ofstream(summary, std::ios::app) << reports::summary_md(record)))
    log_warning(std::string(summary) + ": cannot be written");
}

// Runs it, writes its reports and shows its summary. `shown`: its folder as the user may type it.
RunResult run_once(const RunOptions& o, reports::JunitDialect dialect, const fs::path& shown) {
  ConsoleProgress reporter(o.invoked);
  const auto result = [&] {
    try {
      return run_scenario(o, reporter);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& e) {  // beyond the run's own account of what went wrong
      after_crash(o.folder, e.what());
      throw;
    }
  }();
  reports::write_all(result.record, o.folder, dialect);
  tell_github(result.record);
  std::cout << reports::summary(result.record, shown.string(), shows_color()) << std::flush;
  return result;
}

// One of several: its exit code. What the profile lacks, or what is wrong with it, is no matter of the others.
int run_one_of(const RunOptions& o, reports::JunitDialect dialect, const fs::path& shown) {
  const auto not_begun = [&](const record::RunRecord& record) {
    fs::create_directories(o.folder);
    reports::write_all(record, o.folder, dialect);
    std::cout << reports::headline(record) << "\n" << std::flush;
  };
  try {
    return run_once(o, dialect, shown).exit_code;
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

// What a run in another process has left.
record::RunRecord record_of(const RunOptions& o) try {
  const auto json = record::Json::parse(read_file(o.folder / "run.json"), nullptr, false);
  if (!json.is_discarded()) return record::run_record_from_json(json);
  if (fs::exists(o.folder / "events.jsonl")) return judge_folder(o.folder);  // it was killed
  return record_of_not_begun(o, "the harness ended before it had begun");
} catch (const std::exception& e) {
  return record_of_not_begun(o, e.what());
}

// Each in a process of its own: what becomes of one is no matter of the others. What each of several at a time prints is kept
// beside its folder, and shown when it has ended.
int run_all(RunCollection collection, int jobs, reports::JunitDialect dialect, const fs::path& shown) {
  std::vector<Job> all;
  for (const auto& run : collection.runs) {
    check_unused(run.folder);
    all.push_back({[one = run, dialect, &shown, first = jobs == 1 && all.empty()]() mutable {
                     if (!first) one.invoked = now_micros();
                     return run_one_of(one, dialect, shown / one.folder.filename());
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
  const auto processors = ::sysconf(_SC_NPROCESSORS_ONLN);
  const auto memory = available_memory(read_file("/proc/meminfo"));
  const int jobs = std::min(asked, bearable(processors, memory, nodes));
  std::cout << fmt::format("{} at a time of {} asked for: {} processors, {} MB available, {} nodes a run at most\n", jobs,
                           asked, processors, memory / 1'000'000, nodes)
            << std::flush;
  return jobs;
}

int run_repeated(const RunOptions& o, int times, reports::JunitDialect dialect, const fs::path& shown) {
  std::vector<RunOptions> runs;
  for (int i = 1; i <= times; ++i) {
    runs.push_back(o);
    runs.back().folder /= std::to_string(i);
  }
  RunCollection collection(std::move(runs), [&](std::size_t planned, const auto& records) {
    reports::write_repeated(records.front().scenario, planned, records, o.folder, dialect);
  });
  return run_all(std::move(collection), 1, dialect, shown);
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

// Without a profile in `o`, each scenario is run with its own.
int run_suite(const Project& project, const RunOptions& o, int jobs, bool forks, reports::JunitDialect dialect, const fs::path& shown) {
  const auto suite = load_suite(o.scenario);
  const auto files = scenario_files(suite, o.scenario);
  std::vector<RunOptions> runs;
  for (std::size_t i = 0; i < files.size(); ++i) {
    runs.push_back(o);
    runs.back().scenario = files[i];
    runs.back().folder /= files[i].stem();
    if (o.profile.empty()) runs.back().profile = project.profile(suite, suite.scenarios[i]);
  }
  if (jobs > 1) jobs = jobs_for(runs, jobs);
  std::optional<SuiteCheckpoints> checkpoints;
  if (forks) let_share_pasts(runs, checkpoints, o.folder / kCheckpoints);
  RunCollection collection(std::move(runs), [&](std::size_t planned, const auto& records) { reports::write_suite(suite.name, planned, records, o.folder, dialect); });
  return run_all(std::move(collection), jobs, dialect, shown);
}

}  // namespace

int run(const Project& project, const RunFlags& flags, const std::string& command) {
  RunOptions o;
  o.scenario = project.scenario(flags.scenario);
  if (!flags.profile.empty() || !is_suite(o.scenario)) o.profile = project.profile(flags.profile.empty() ? kUsualProfile : flags.profile);
  o.profiles = project.profiles();
  take_releases(flags, o);
  const auto dialect = parse_dialect(flags.junit_dialect);
  o.invoked = invoked();
  const bool own_folder = flags.out.empty();
  o.folder = own_folder ? new_folder(project, o.invoked) : fs::absolute(flags.out).lexically_normal();
  o.built = project.built_releases();
  o.build_release = [&project](const fs::path& manifest, const std::string& release) { project.build_release(manifest, release); };
  o.store = project.store();
  o.results = project.results();
  o.cosmovisor = flags.cosmovisor.empty() ? project.cosmovisor() : fs::absolute(flags.cosmovisor);
  o.models = project.built_models();
  o.keras = project.keras();
  o.seed = flags.seed;
  if (!flags.schedule.empty()) o.schedule = fs::absolute(flags.schedule);
  o.break_at = flags.break_at;
  o.begin_from = flags.begin_from;
  o.expect = flags.expect;
  if (!flags.attest.empty()) o.attest = fs::absolute(flags.attest);
  for (const auto& text : flags.genesis) o.genesis.push_back(parse_genesis(text));
  o.validators = flags.validators;
  if (!flags.network_backend.empty()) o.backend = parse<NetworkBackend>("--network-backend", flags.network_backend);
  o.timeout = parse_timeout(flags.timeout);
  o.caps.log_bytes = flags.log_cap;
  o.keep = parse<Keep>("--keep", flags.keep);
  o.log_level = parse<LogLevel>("--log-level", flags.log_level);
  o.command = command;
  o.harness_version = REHEARSE_VERSION;

  const auto shown = own_folder ? o.folder.lexically_relative(project.root()) : fs::path(flags.out);
  if (is_suite(o.scenario) && flags.repeat != 1)
    throw Error(Blame::scenario, "--repeat takes a scenario, not a suite");
  if (flags.jobs != 1 && !is_suite(o.scenario)) throw Error(Blame::scenario, "--jobs takes a suite");
  if (flags.jobs != 1 && !o.break_at.empty())
    throw Error(Blame::scenario, "--break-at holds one run at a time, without --jobs");
  const int code = is_suite(o.scenario) ? run_suite(project, o, flags.jobs, flags.fork == "auto", dialect, shown)
                   : flags.repeat == 1  ? run_once(o, dialect, shown).exit_code
                                        : run_repeated(o, flags.repeat, dialect, shown);
  if (own_folder) link_latest(o.folder);
  return code;
}

void after_crash(const fs::path& folder, const std::string& how) {
  if (!fs::exists(folder / "events.jsonl") || fs::exists(folder / "run.json")) return;
  const auto record = conclude_crashed(folder, how);
  reports::write_all(record, folder);
  std::cout << reports::summary(record, folder.string(), shows_color()) << std::flush;
}

int report(const std::string& folder) {
  const auto record = judge_folder(folder);
  reports::write_all(record, folder);
  std::cout << reports::summary(record, folder, shows_color()) << std::flush;
  return record::exit_code(record);
}

}  // namespace rehearse::cli
