// rehearse soak: drawn plans until the time is up, and what came of each kept in a history.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "harness/cli/measuring.h"
#include "harness/cli/own_releases.h"
#include "harness/cli/running.h"
#include "harness/cli/soak_metrics.h"
#include "harness/cli/soak_plans.h"
#include "harness/history/canary.h"
#include "harness/history/history.h"
#include "harness/history/summary.h"
#include "harness/plans/parts.h"
#include "harness/plans/weights.h"
#include "harness/repro/kept_runs.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/scenario_rules.h"
#include "harness/run/side_by_side.h"
#include "harness/view/journal.h"
#include "localnet/base/number.h"
#include "localnet/base/temporary_path.h"
#include "localnet/base/text.h"
#include "localnet/base/utc.h"
#include "reports/history.h"

namespace rehearse::cli {

namespace {

using history::History;
using history::Iteration;
using history::Night;
using history::State;

constexpr const char* kWait = "wait";            // the part of a run's time that is as long as its height was far away
constexpr std::uintmax_t kRoom = 2'000'000'000;  // bytes that a run may need
constexpr std::chrono::minutes kLongPlan{5};    // none of that length is begun when less is left
constexpr std::size_t kMostNodes = 8;           // of a plan's network

std::string host() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int jobs_of(const std::string& text) {
  const auto processors = ::sysconf(_SC_NPROCESSORS_ONLN);
  int asked = std::max(1, static_cast<int>(processors / 2));  // two are busy with the nodes of one run
  if (const auto given = whole_number<int>(text); text != "auto") {
    if (!given || *given < 1 || *given > 1000) throw Error(Blame::scenario, fmt::format("--jobs takes auto, or how many plans at a time; found `{}`", text));
    asked = *given;
  }
  return asked == 1 ? 1 : jobs_on_this_machine(asked, kMostNodes);
}

// Times of plans that go the same way can be compared.
std::string way_of(const Scenario& plan) {
  return plan.upgrade.kind + (plan.upgrade.kind == "chain" && plan.network.supervisor == SupervisorKind::bare ? " by hand" : "");
}

std::string releases_of(const Iteration& i) { return fmt::format("{} -> {}", i.from, i.to); }

// What the plan was to exercise, and the run did: a fault that was skipped or missed its moment is not among it.
std::vector<history::Covered> covered_by(const Scenario& plan, const Profile& profile, const Iteration& i, const record::RunRecord& record) {
  std::vector<history::Covered> all;
  for (const auto& e : exercises(plan, profile)) {
    const bool applied = e.fault == kNoFault || e.fault == history::kCanary || std::ranges::any_of(record.coverage, [&](const auto& c) { return c.fault == e.fault && c.phase == e.phase && c.applied > 0; });
    if (applied) all.push_back({e.phase, e.fault, e.role, releases_of(i)});
  }
  return all;
}

// A plan that is being carried out.
struct Trial {
  int number;
  NextPlan next;
  Scenario plan;
  RunOptions options;
  Iteration iteration;
  std::shared_ptr<const TemporaryPath> pasts;  // of its network: they go with the last that may begin from them
};

class Soak {
 public:
  Soak(const Project& project, const RunFlags& flags, const SoakFlags& soak, const std::string& command)
      : options_(options_of(project, flags, command)), leaves_(leaves_of(flags)), seed_(flags.seed), shard_(shard_of(flags.shard)), jobs_(jobs_of(soak.jobs)),
        space_(soak.space), shown_(shown_folder(project, flags, options_)), profile_(load_profile(options_.profile, options_.profiles)),
        until_(std::chrono::steady_clock::now() + duration_of("--for", soak.lasts)),
        file_(soak.history.empty() ? project.results() / "history.db" : fs::absolute(soak.history)), history_(open(file_)),
        plans_(profile_, read_weights(soak.weights.empty() ? project.weights() : fs::absolute(soak.weights)), {{}, options_.from, options_.to}, history_,
               derived_seed(seed_, place())),
        metrics_(soak.metrics, options_.harness_version, plans_.possible()) {
    options_.keep = Keep::never;
  }

  int run() {
    for (const auto& i : history_.mark_interrupted(place())) std::cout << fmt::format("{} of an earlier soak was interrupted\n", i.plan);
    fs::create_directories(options_.folder);
    const SuiteCheckpoints checkpoints(options_.folder / kCheckpoints);  // whose lock says that no other soak has this folder
    for (const auto& folder : remove_unfinished(options_.folder)) std::cout << fmt::format("{} removed: it was interrupted\n", folder.filename().string());
    night_ = history_.begin(Night{0, State::running, utc(), "", seed_, options_.harness_version, place(), getpid(), 0});
    metrics_.state_is(history_, plans_.tried());
    const int signal = run_side_by_side([&] { return next(); }, jobs_, [&](std::size_t i, int code) { ended(trials_.extract(i).mapped(), code); });
    if (live_) std::cout << "\n";
    if (!signal) return history_.end(night_, State::done), conclude();
    history_.end(night_, State::interrupted);
    std::cout << fmt::format("ended by a signal after {} plans: {}\n", plans_.count(), file_.string());
    return 128 + signal;
  }

 private:
  static History open(const fs::path& file) {
    fs::create_directories(file.parent_path());
    return History(file);
  }

  // A host has one soak a night; of those that share one, each is a part.
  std::string place() const { return shard_.count == 1 ? host() : fmt::format("{} {}/{}", host(), shard_.number, shard_.count); }

  bool has_room() const {
    std::error_code error;
    const auto space = fs::space(options_.folder, error);
    if (error || space.available >= kRoom) return true;
    std::cout << clear() << fmt::format("{}: {} MB are left, too few for another run: the soak ends here\n", options_.folder.string(), space.available / 1'000'000);
    return false;
  }

  std::optional<Job> next() {
    const auto left = until_ - std::chrono::steady_clock::now();
    if (left <= left.zero() || !has_room()) return {};
    auto t = begun(plans_.next(night_, left < kLongPlan));
    const Job job{[this, o = t.options]() mutable {
                    o.invoked = now_micros();
                    const int code = run_one_of(o, leaves_, o.folder);
                    write_measures(o.folder);
                    return code;
                  },
                  t.options.folder.string() + ".log", after_crash};
    trials_.emplace(plans_.count() - 1, std::move(t));
    show_running();
    return job;
  }

  Trial begun(NextPlan next) {
    if (!pasts_ || network_ != plans_.network()) {
      network_ = plans_.network();
      pasts_ = std::make_shared<TemporaryPath>(options_.folder / kCheckpoints / std::to_string(network_));
    }
    auto o = options_;
    o.seed = next.seed, o.folder = options_.folder / next.name, o.scenario = o.folder.string() + ".yaml", o.checkpoints = pasts_->path();
    o.command = fmt::format("./rehearse run {} --profile {} --seed {}", (shown_ / o.scenario.filename()).string(), profile_.name, o.seed);
    fs::remove_all(o.folder);
    write_file(o.scenario, next.scenario);
    auto plan = load_scenario(o.scenario);
    Iteration i;
    i.night = night_, i.plan = fmt::format("plan-{}", o.seed), i.seed = o.seed, i.scenario = next.scenario;
    i.profile = profile_.name, i.procedure = plan.upgrade.kind, i.from = profile_.from, i.started = utc();
    i.to = plan.releases.to.empty() ? profile_.to : to_string(plan.releases.to);
    i.id = history_.begin(i);
    metrics_.plan_begins(i);
    return {plans_.count(), std::move(next), std::move(plan), std::move(o), std::move(i), pasts_};
  }

  void ended(Trial t, int code) {
    const auto record = record_of(t.options);
    auto& i = t.iteration;
    const bool by_signal = code == 128 + SIGTERM || code == 128 + SIGINT || code == 128 + SIGHUP;
    if (by_signal || record.verdict == "cancelled") {  // by the one that ends the soak: it proves nothing
      i.state = State::interrupted;
      history_.end(i);
      remove_run(t.options.folder);
      return;
    }
    keep(t, record);
    show(t, record);
    if (record.verdict == "pass") remove_run(t.options.folder);  // what a night leaves does not grow with its length
    else make_room();
    show_running();
  }

  // Only a failure takes more than there was before.
  void make_room() const {
    std::set<fs::path> in_use;
    for (const auto& [job, other] : trials_) in_use.insert(other.options.folder);
    for (const auto& folder : keep_within(options_.folder, space_, in_use)) std::cout << fmt::format("      {} removed: failures may take {} MB\n", folder.filename().string(), space_ / 1'000'000);
  }

  void keep(Trial& t, const record::RunRecord& record) {
    auto& i = t.iteration;
    i.state = State::done;
    i.failure = record::failure_of(record);
    if (t.plan.expect && i.failure.verdict == "fail") i.failure = history::missed_canary(i.failure, to_string(t.plan.releases.to), name_of(*t.plan.expect));
    if (record.from && record.to) i.from = record.from->name, i.to = record.to->name;  // as the plan or --release chose them
    i.seconds = record.timing.wall_s;
    if (t.plan.faults.empty() && !t.plan.expect && !record.forked_from)  // else they are others' times, the fault's, or a bad release's
      for (const auto& part : record.timing.parts)
        if (part.name != kWait) i.phases.push_back({way_of(t.plan) + " " + part.name, part.seconds});
    i.covered = covered_by(t.plan, profile_, i, record);
    i.measures = measures_with_soak(t.options.folder, record);
    if (!record.bundle.empty()) i.bundle = (t.options.folder / record.bundle).string();
    history_.end(i);
    plans_.add(i);
    metrics_.iteration_ended(i, record);
    metrics_.state_is(history_, plans_.tried());
  }

  void show(const Trial& t, const record::RunRecord& record) {
    ++(record.verdict == "pass" ? passed_ : not_passed_);
    std::cout << clear() << fmt::format("{:4}  {}; {}: {}{}\n", t.number, t.next.title, t.next.name, record.verdict, record.diagnosis ? ", " + name_of(record.diagnosis->cause) : "");
    if (record.verdict != "pass") std::cout << fmt::format("      {}\n      {}\n", t.iteration.failure.evidence, t.iteration.bundle.empty() ? t.options.folder.string() : "./rehearse repro " + t.iteration.bundle);
    std::cout << std::flush;
  }

  // Of the live line, before anything else is printed.
  const char* clear() const { return live_ ? "\r\033[K" : ""; }

  // On a terminal: what goes on now, below the lines of what has ended.
  void show_running() const {
    if (!live_) return;
    std::vector<std::string> titles;
    for (const auto& [job, t] : trials_) titles.push_back(t.next.title);
    const auto left = std::chrono::duration_cast<std::chrono::minutes>(until_ - std::chrono::steady_clock::now());
    std::cout << clear() << fmt::format("{} passed, {} not; {} min left; now {}", passed_, not_passed_, left.count(), fmt::join(titles, ", ")).substr(0, terminal_width()) << std::flush;
  }

  // Of this night and those before it: another soak may have begun since.
  int conclude() const {
    const auto iterations = history_.iterations();
    auto nights = history_.nights();
    nights.erase(std::ranges::find(nights, night_, &Night::id) + 1, nights.end());
    const auto summary = history::sum_up(nights, iterations);
    std::cout << reports::history_text(summary) << std::flush;
    if (!reports::worse_lines(summary).empty()) return 1;
    if (summary.nights.back().rate().tried) return 0;
    std::cout << "no plan has told anything\n";
    return 3;
  }

  RunOptions options_;
  const Leaves leaves_;
  const std::uint64_t seed_;
  const Shard shard_;
  const int jobs_;
  const std::uintmax_t space_;
  const fs::path shown_;
  const Profile profile_;
  const std::chrono::steady_clock::time_point until_;
  const fs::path file_;
  History history_;
  SoakPlans plans_;
  SoakMetrics metrics_;
  std::int64_t night_ = 0;
  std::map<std::size_t, Trial> trials_;  // by their number as a job
  int network_ = 0;
  int passed_ = 0, not_passed_ = 0;
  const bool live_ = ::isatty(STDOUT_FILENO);
  std::shared_ptr<const TemporaryPath> pasts_;
};

}  // namespace

int soak(const Project& project, RunFlags flags, const SoakFlags& soaked, const std::string& command) {
  find_out_profile(project, flags);
  return Soak(project, flags, soaked, command).run();
}

}  // namespace rehearse::cli
