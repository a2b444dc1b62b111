// rehearse soak: one drawn plan after the other until the time is up, and what came of each kept in a history.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

#include "harness/cli/repeating.h"
#include "harness/history/canary.h"
#include "harness/history/history.h"
#include "harness/history/summary.h"
#include "harness/plans/parts.h"
#include "harness/plans/plan.h"
#include "harness/plans/weights.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/scenario_rules.h"
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
constexpr int kPlansOfANetwork = 6;
constexpr int kPlansToOneFailure = 4;  // one plan in four is one that failed before
constexpr std::ptrdiff_t kMostTriesOfAFailure = 4;  // in a night

std::string host() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

// Times of plans that go the same way can be compared.
std::string way_of(const Scenario& plan) {
  return plan.upgrade.kind + (plan.upgrade.kind == "chain" && plan.network.supervisor == SupervisorKind::bare ? " by hand" : "");
}

std::string releases_of(const Iteration& i) { return fmt::format("{} -> {}", i.from, i.to); }

void add_to(Tried& tried, const Iteration& i) {
  for (const auto& c : i.covered) ++tried[{i.procedure, c.phase, c.fault, c.role, c.releases}];
}

// What the plan was to exercise, and the run did: a fault that was skipped or missed its moment is not among it.
std::vector<history::Covered> covered_by(const Scenario& plan, const Profile& profile, const Iteration& i, const record::RunRecord& record) {
  std::vector<history::Covered> all;
  for (const auto& e : exercises(plan, profile)) {
    const bool applied = e.fault == kNoFault || e.fault == history::kCanary || std::ranges::any_of(record.coverage, [&](const auto& c) { return c.fault == e.fault && c.phase == e.phase && c.applied > 0; });
    if (applied) all.push_back({e.phase, e.fault, e.role, releases_of(i)});
  }
  return all;
}

class Soak {
 public:
  Soak(const Project& project, const RunFlags& flags, const SoakFlags& soak, const std::string& command)
      : options_(options_of(project, flags, command)), leaves_(leaves_of(flags)), seed_(flags.seed),
        shown_(shown_folder(project, flags, options_)), profile_(load_profile(options_.profile, options_.profiles)),
        planner_(profile_, read_weights(soak.weights.empty() ? project.weights() : fs::absolute(soak.weights)), {{}, options_.from, options_.to}),
        last_planner_(planner_.without_long_ones()),
        until_(std::chrono::steady_clock::now() + duration_of("--for", soak.lasts)),
        file_(soak.history.empty() ? project.results() / "history.db" : fs::absolute(soak.history)), history_(open(file_)) {
    options_.keep = Keep::never;
    for (const auto& i : history_.iterations())
      if (i.profile == profile_.name) add_to(tried_, i);
  }

  int run() {
    for (const auto& i : history_.mark_interrupted(host())) std::cout << fmt::format("{} of an earlier soak was interrupted\n", i.plan);
    fs::create_directories(options_.folder);
    night_ = history_.begin(Night{0, State::running, utc(), "", seed_, options_.harness_version, host(), getpid(), 0});
    try {
      while (goes_on()) try_network();
    } catch (const StoppedByUser& s) {
      history_.end(night_, State::interrupted);
      std::cout << fmt::format("ended by a signal after {} plans: {}\n", number_, file_.string());
      return 128 + s.signal;
    }
    history_.end(night_, State::done);
    return conclude();
  }

 private:
  static History open(const fs::path& file) {
    fs::create_directories(file.parent_path());
    return History(file);
  }

  bool has_room() const {
    std::error_code error;
    const auto space = fs::space(options_.folder, error);
    if (error || space.available >= kRoom) return true;
    std::cout << fmt::format("{}: {} MB are left, too few for another run: the soak ends here\n", options_.folder.string(), space.available / 1'000'000);
    return false;
  }

  bool goes_on() const { return std::chrono::steady_clock::now() < until_ && has_room(); }

  // Several on one network: those with a past in common go through it once.
  void try_network() {
    const auto network = drawn_seed("network");
    auto o = options_;
    o.checkpoints = options_.folder / kCheckpoints;
    const SuiteCheckpoints checkpoints(o.checkpoints);
    for (int i = 0; i < kPlansOfANetwork && goes_on(); ++i) try_next(o, network);
  }

  // Short enough to be typed; another on another machine, which may share the night.
  std::uint64_t drawn_seed(const char* what) const { return derived_seed(seed_, fmt::format("{}-{}-{}-{}", what, host(), night_, number_)) % 1'000'000'000; }

  // What is carried out next, and where.
  struct Next {
    std::string title, scenario;  // its YAML
    std::uint64_t seed;
    fs::path folder;
  };

  Next drawn(std::uint64_t network) const {
    const auto seed = drawn_seed("plan");
    const bool nearly_over = until_ - std::chrono::steady_clock::now() < kLongPlan;
    const auto plan = (nearly_over ? last_planner_ : planner_).draw({seed, network}, tried_);
    return {plan.title, as_yaml(plan), seed, options_.folder / plan.name};
  }

  // Of the failures that are not known to be fixed the one that was tried least tonight: is it still there?
  std::optional<Next> failed_before() const {
    const auto iterations = history_.iterations();
    std::optional<Next> next;
    auto fewest = kMostTriesOfAFailure;
    for (const auto& c : history::sum_up(history_.nights(), iterations).clusters) {
      const auto of_it = [&](const Iteration& i) { return i.plan == c.plan && i.seed == c.seed && i.profile == profile_.name && !i.scenario.empty(); };
      const auto found = std::ranges::find_if(iterations, [&](const auto& i) { return of_it(i) && history::is_failure(i); });
      const auto tries = std::ranges::count_if(iterations, [&](const auto& i) { return of_it(i) && i.night == night_; });
      if (c.state == history::ClusterState::fixed || found == iterations.end() || tries >= fewest) continue;
      fewest = tries;
      next = Next{c.name + " again", found->scenario, c.seed, options_.folder / fmt::format("{}-again-{}.{}", c.plan, night_, tries + 1)};
    }
    return next;
  }

  void try_next(RunOptions o, std::uint64_t network) {
    ++number_;
    std::optional<Next> next;
    if (number_ % kPlansToOneFailure == 0) next = failed_before();
    if (!next) next = drawn(network);
    o.seed = next->seed, o.folder = next->folder, o.scenario = next->folder.string() + ".yaml";
    o.command = fmt::format("./rehearse run {} --profile {} --seed {}", (shown_ / o.scenario.filename()).string(), profile_.name, o.seed);
    write_file(o.scenario, next->scenario);
    const auto plan = load_scenario(o.scenario);
    Iteration i;
    i.night = night_, i.plan = fmt::format("plan-{}", o.seed), i.seed = o.seed, i.scenario = next->scenario;
    i.profile = profile_.name, i.procedure = plan.upgrade.kind, i.from = profile_.from, i.started = utc();
    i.to = plan.releases.to.empty() ? profile_.to : to_string(plan.releases.to);
    i.id = history_.begin(i);
    std::cout << fmt::format("{:4}  {}; ", number_, next->title) << std::flush;
    try {
      keep(i, plan, try_apart(o, leaves_), o);
    } catch (const StoppedByUser&) {
      i.state = State::interrupted;
      history_.end(i);
      throw;
    }
  }

  void keep(Iteration& i, const Scenario& plan, const record::RunRecord& record, const RunOptions& o) {
    i.state = State::done;
    i.failure = record::failure_of(record);
    if (plan.expect && i.failure.verdict == "fail") i.failure = history::missed_canary(i.failure, to_string(plan.releases.to), name_of(*plan.expect));
    if (record.from && record.to) i.from = record.from->name, i.to = record.to->name;  // as the plan or --release chose them
    i.seconds = record.timing.wall_s;
    if (plan.faults.empty() && !plan.expect && !record.forked_from)  // else they are others' times, the fault's, or a bad release's
      for (const auto& part : record.timing.parts)
        if (part.name != kWait) i.phases.push_back({way_of(plan) + " " + part.name, part.seconds});
    i.covered = covered_by(plan, profile_, i, record);
    if (!record.bundle.empty()) i.bundle = (o.folder / record.bundle).string();
    history_.end(i);
    add_to(tried_, i);
    if (record.verdict == "pass") {  // what a night leaves does not grow with its length
      fs::remove_all(o.folder), fs::remove(o.scenario), fs::remove(o.folder.string() + ".log");
    } else {
      std::cout << fmt::format("      {}\n      {}\n", i.failure.evidence, i.bundle.empty() ? o.folder.string() : "./rehearse repro " + i.bundle) << std::flush;
    }
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
  const fs::path shown_;
  const Profile profile_;
  const Planner planner_, last_planner_;
  const std::chrono::steady_clock::time_point until_;
  const fs::path file_;
  History history_;
  std::int64_t night_ = 0;
  int number_ = 0;
  Tried tried_;  // in all nights: what was tried often is drawn seldom
};

}  // namespace

int soak(const Project& project, const RunFlags& flags, const SoakFlags& soaked, const std::string& command) {
  return Soak(project, flags, soaked, command).run();
}

}  // namespace rehearse::cli
