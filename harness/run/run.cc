#include "harness/run/run.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "harness/faults/driver.h"
#include "harness/faults/plan.h"
#include "harness/judge/judge.h"
#include "harness/procedures/preparation.h"
#include "harness/procedures/procedure.h"
#include "harness/run/autopsy.h"
#include "harness/run/conclusion.h"
#include "harness/run/ending.h"
#include "harness/run/failed_block.h"
#include "harness/run/fork.h"
#include "harness/run/network_of.h"
#include "harness/run/preflight.h"
#include "harness/run/recipe.h"
#include "harness/run/run_folder.h"
#include "harness/run/run_network.h"
#include "harness/run/shared_past.h"
#include "harness/run/state_changes.h"
#include "localnet/base/log.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/process/guard.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kCapsWatched{500};

std::string run_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

rusage resources() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used;
}

double cpu_seconds(const rusage& used) {
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

class Run {
 public:
  Run(const RunOptions& o, Inputs in, Origin origin, ProgressReporter& reporter)
      : o_(o),
        in_(std::move(in)),
        origin_(std::move(origin)),
        log_(o.folder / kLog, o.log_level),
        id_(run_id()),
        lock_(runtime_dir(), id_, o.folder),
        journal_(o.folder / kJournal),
        http_(make_http(loop_)),
        r_(loop_, *http_, journal_, reporter, in_.scenario, in_.profile, o.folder),
        net_(r_, in_, o_, id_) {}

  RunResult carry_out() {
    write_recipe(o_.folder, in_, o_);
    fs::copy_file(o_.scenario, o_.folder / kScenarioCopy);
    write_file(o_.folder / kProfileCopy, in_.profile.text);
    if (!in_.faults.empty() || in_.scenario.draw.times) write_schedule(o_.folder / "schedule.json", in_.faults);
    loop_.on_stop_signal([this](int signal) {
      exit_code_ = 128 + signal;
      r_.cancel(fmt::format("ended by {}", ::strsignal(signal)), signal);
    });
    // Whoever holds a run wants it to stay.
    const auto limit = !o_.break_at.empty() || is_replayed(origin_) ? nullptr : loop_.after(o_.timeout, [this] {
      r_.cancel(fmt::format("--timeout of {} s", o_.timeout.count()), 0);
    });
    const auto caps = loop_.every(kCapsWatched, [this] {
      if (const auto what = over_caps(); !what.empty()) r_.fail(Error(Blame::machine, what));
    });
    r_.hold_at(find_named<Phase>(o_.break_at));
    if (!origin_.past.empty()) in_.scenario.upgrade.lead += kRoomToFork;
    if (!origin_.note.empty()) r_.note(origin_.note);
    if (!origin_.leaves.empty() && !origin_.checkpoint) r_.when_entering(kForksAt, [this] { leave_checkpoint(r_, origin_); });
    log_info(fmt::format("run {} of {} on {}, process {}: {}", id_, in_.scenario.name, in_.profile.name, ::getpid(), o_.command));
    record_start();
    auto [stopped, exit_code] = ending_of([this] { rehearse(); }, r_, in_);
    if (exit_code) exit_code_ = exit_code;
    // What goes wrong on a full disk says nothing about the release.
    if (stopped.reason != StopReason::completed && stopped.reason != StopReason::cancelled)
      if (const auto what = over_caps(); !what.empty()) {
        exit_code_ = 3;
        stopped = {StopReason::error, what, stopped.step, Cause::none};
      }
    log_info(fmt::format("teardown begins: {}: {}", name_of(stopped.reason), stopped.detail));
    r_.record(std::move(stopped));
    r_.disarm();
    r_.set_background_task(nullptr);
    if (faults_) faults_->close();
    if (auto* network = net_.network()) {
      look_at("results of transactions", ask_for_results);
      network->stop();
      look_at("states", compare_states);
      look_at("failed block", find_silent_failure);
      look_at("failed block", find_failed_method);
      look_at("plan", find_plan_of_program);
      look_at("state changes", read_state_changes);
    }
    r_.record(teardown_ended());
    log_info("teardown has ended");
    return conclude();
  }

 private:
  // Of several runs in this process, this one's.
  record::TeardownEnded teardown_ended() const { return {cpu_seconds(resources()) - cpu_before_, resources().ru_maxrss * 1024}; }

  std::string over_caps() const {
    std::vector<fs::path> logs;
    if (const auto* network = net_.network()) {
      for (const auto& n : network->nodes()) logs.push_back(n->log_file());
      if (network->provider()) logs.push_back(network->provider()->log_file());
    }
    return exceeded(o_.caps, o_.folder, logs);
  }

  // What nodes can still tell; a run that was cancelled is not held up for it, and trouble here is only told.
  void look_at(const char* what, void (*ask)(Rehearsal&)) {
    try {
      if (!exit_code_) ask(r_);
    } catch (const std::exception& e) {
      log_warning(fmt::format("the nodes' {} could not be looked at: {}", what, e.what()));
    }
  }

  void record_start() {
    record::RunStarted s;
    s.scenario = in_.scenario.name;
    s.profile = in_.profile.name;
    s.scenario_digest = sha256_file(o_.scenario);
    s.profile_digest = sha256_hex(in_.profile.text);
    s.seed = o_.seed;
    s.harness_version = o_.harness_version;
    s.host = host_description();
    s.command = o_.command;
    s.invoked = o_.invoked;
    s.known_defects = in_.defects;
    s.conditions = {{"nominal_block_s", nominal_block_seconds(in_.scenario.network.pace)},
                    {"lead", in_.scenario.upgrade.lead},
                    {"blocks_after", in_.scenario.upgrade.blocks_after},
                    {"expect", in_.scenario.expect ? name_of(*in_.scenario.expect) : kPass},
                    {"changes", to_json(merged(in_.scenario.changes, in_.to.changes))},
                    {"attestations", in_.scenario.attestations},
                    {"settings", settings_made(in_)},
                    {"given_to_some", given_to_some(network_of(in_))},
                    {"validators", validator_names(in_.scenario.network)}};
    if (origin_.checkpoint) r_.follow(past_of(*origin_.checkpoint, std::move(s)));
    else r_.record(std::move(s));
  }

  void rehearse() {
    r_.enter(Phase::prepare);
    net_.prepare();
    Preflight preflight(
        r_, in_,
        {{"HOME", (o_.folder / "operator").string()}, {"PATH", "/usr/bin:/bin"}, {kRunVariable, id_}});
    const auto open_releases = [&] {
      preflight.begin(o_.cosmovisor);
      if (!origin_.checkpoint) net_.make(preflight.cosmovisor().binary);
      preflight.receive();
      preflight.check_versions(o_.one_release);
    };
    origin_.checkpoint ? r_.silently(open_releases) : open_releases();
    net_.publish_others();
    r_.set_subject(in_);
    origin_.checkpoint ? go_on_from(*origin_.checkpoint, r_, net_, in_, preflight.cosmovisor().binary) : net_.start();
    if (!in_.faults.empty() && !is_replayed(origin_)) {
      faults_.emplace(r_, in_.faults);
      r_.set_background_task(&*faults_);
    }
    prepare_upgrade(r_);
    find_procedure(in_.scenario.upgrade.kind)->run(r_);
  }

  RunResult conclude() {
    RunResult result;
    result.record = judge(r_.view(), in_.scenario, in_.profile);
    for (const auto& c : result.record.checks) {
      record::Event e;
      e.body = record::Judged{c};
      journal_.append(e);
    }
    record::Event e;
    e.body =
        record::Concluded{result.record.verdict,
                          result.record.diagnosis ? record::Json(*result.record.diagnosis) : record::Json()};
    journal_.append(e);
    const bool keep =
        o_.keep == Keep::always || (o_.keep == Keep::on_failure && result.record.verdict != "pass");
    auto* network = net_.network();
    if (!keep && network) {
      for (const auto& n : network->nodes())
        for (const char* part : {"data", "cosmovisor", "bin", "config/priv_validator_key.json", "config/node_key.json"})
          remove_from_run(n->home() / part);
      if (const auto* provider = network->provider())
        for (const char* part : {"data", "bin"}) remove_from_run(provider->home() / part);
    }
    if (network) remove_from_run(network->temporary());
    remove_from_run(o_.folder / "faults");  // what they took the place of
    if (!keep) remove_from_run(o_.folder / "backups");
    // Keys are kept where the network may be taken up again.
    if (keep && network && why_not_replayed(in_).empty()) write_file(o_.folder / kCarried, r_.carried().dump());
    else remove_from_run(o_.folder / "operator");
    log_info(fmt::format("verdict {}", result.record.verdict));
    result.exit_code = exit_code_ ? exit_code_ : record::exit_code(result.record);
    return result;
  }

  const RunOptions& o_;
  Inputs in_;
  const Origin origin_;
  LogFile log_;  // before all that logs while it ends
  std::string id_;
  RunLock lock_;
  Journal journal_;
  Loop loop_;
  std::unique_ptr<Http> http_;
  Rehearsal r_;
  RunNetwork net_;
  std::optional<FaultDriver> faults_;
  const double cpu_before_ = cpu_seconds(resources());
  int exit_code_ = 0;
};

}  // namespace

RunResult run_scenario(const RunOptions& given, ProgressReporter& reporter) {
  auto o = given;
  if (given.build_release)
    o.build_release = [&](const fs::path& manifest, const std::string& release) {
      given.build_release(manifest, release);
      o.invoked = now_micros();  // the run begins when there is something to run
    };
  auto inputs = read_inputs(o);
  auto origin = origin_of(inputs, o);
  make_run_folder(o.folder);
  return Run(o, std::move(inputs), std::move(origin), reporter).carry_out();
}

}  // namespace rehearse
