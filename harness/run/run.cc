#include "harness/run/run.h"

#include <cxxabi.h>
#include <fmt/format.h>
#include <re2/re2.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <list>
#include <random>

#include "harness/run/autopsy.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/origin.h"
#include "harness/run/shared_past.h"
#include "harness/run/failed_block.h"
#include "harness/faults/driver.h"
#include "harness/faults/plan.h"
#include "harness/engine/goals.h"
#include "harness/run/inputs.h"
#include "harness/record/cause.h"
#include "harness/judge/judge.h"
#include "harness/run/network_of.h"
#include "harness/run/preflight.h"
#include "harness/procedures/preparation.h"
#include "harness/procedures/procedure.h"
#include "harness/engine/publication.h"
#include "harness/view/step_ids.h"
#include "harness/spec/releases.h"
#include "localnet/inject/capabilities.h"
#include "localnet/cosmos/config_files.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/process/guard.h"
#include "localnet/inject/namespaces.h"
#include "localnet/http/release_server.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "harness/run/scenario_rules.h"
#include "harness/run/state_changes.h"
#include "localnet/base/log.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// The scenario and the profile as read: a run folder is judged again without the project.
constexpr const char* kScenarioCopy = "scenario.yaml";
constexpr const char* kProfileCopy = "profile.yaml";
constexpr const char* kJournal = "events.jsonl";
constexpr const char* kLog = "harness.log";
constexpr std::chrono::milliseconds kCapsWatched{500};

std::string host_description() {
  utsname u{};
  ::uname(&u);
  return fmt::format("{} {} {}, {} cores", u.sysname, u.release, u.machine, ::sysconf(_SC_NPROCESSORS_ONLN));
}

std::string run_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

void make_folder(const fs::path& folder) {
  check_unused(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(Blame::machine, folder.string() + ": cannot be made: " + error.message());
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

std::string last_step(const NetworkView& v) { return v.steps.empty() ? "" : v.steps.back().step.title; }

// What nobody expected, with where it came from.
std::string in_words(const std::string& what, const std::string& step, const std::string& scenario) {
  return fmt::format("{}, unexpected, in {} of {}", what, step.empty() ? "no step" : "step `" + step + "`", scenario);
}

std::string in_words(const std::exception& e) {
  int unknown = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(typeid(e).name(), nullptr, nullptr, &unknown), std::free);
  return fmt::format("{}: {}", name ? name.get() : typeid(e).name(), e.what());
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
        r_(loop_, *http_, journal_, reporter, in_.scenario, in_.profile, o.folder) {}

  RunResult carry_out() {
    fs::copy_file(o_.scenario, o_.folder / kScenarioCopy);
    write_file(o_.folder / kProfileCopy, in_.profile.text);
    if (!in_.faults.empty() || in_.scenario.draw.times) write_schedule(o_.folder / "schedule.json", in_.faults);
    loop_.on_stop_signal([this](int signal) {
      exit_code_ = 128 + signal;
      r_.cancel(fmt::format("ended by {}", ::strsignal(signal)), signal);
    });
    // Whoever holds a run wants it to stay.
    const auto limit = !o_.break_at.empty() ? nullptr : loop_.after(o_.timeout, [this] {
      r_.cancel(fmt::format("--timeout of {} s", o_.timeout.count()), 0);
    });
    const auto caps = loop_.every(kCapsWatched, [this] {
      if (const auto what = over_caps(); !what.empty()) r_.fail(Error(Blame::machine, what));
    });
    r_.hold_at(find_named<Phase>(o_.break_at));
    if (!origin_.past.empty()) in_.scenario.upgrade.lead += kRoomToFork;
    if (!origin_.note.empty()) r_.note(origin_.note);
    if (!origin_.leaves.empty() && !origin_.checkpoint) r_.when_entering(kForksAt, [this] { leave_checkpoint(); });
    log_info(fmt::format("run {} of {} on {}, process {}: {}", id_, in_.scenario.name, in_.profile.name, ::getpid(), o_.command));
    record_start();
    auto stopped = stopped_by([this] { rehearse(); });
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
    if (network_) {
      look_at("results of transactions", ask_for_results);
      network_->stop();
      look_at("states", compare_states);
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
    if (network_)
      for (const auto& n : network_->nodes()) logs.push_back(n->log_file());
    if (network_ && network_->provider()) logs.push_back(network_->provider()->log_file());
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
    addresses_.emplace(AddressBlock::claim(runtime_dir()));
    make_namespaces();
    constexpr int kServerAddress = 254;  // beyond the nodes
    release_server_.emplace(loop_, addresses_->at(kServerAddress), o_.folder / "release-server");
    in_.release_server = &*release_server_;
    if (in_.model) publish_model(*in_.model);
    Preflight preflight(
        r_, in_,
        {{"HOME", (o_.folder / "operator").string()}, {"PATH", "/usr/bin:/bin"}, {kRunVariable, id_}});
    const auto open_releases = [&] {
      preflight.begin(o_.cosmovisor);
      if (!origin_.checkpoint) make_network(preflight.cosmovisor().binary);
      preflight.receive();
      preflight.check_versions(o_.one_release);
    };
    origin_.checkpoint ? r_.silently(open_releases) : open_releases();
    publish_others();
    r_.set_subject(in_);
    origin_.checkpoint ? take_up_network(preflight.cosmovisor().binary) : start_network();
    if (!in_.faults.empty()) {
      faults_.emplace(r_, in_.faults);
      r_.set_background_task(&*faults_);
    }
    prepare_upgrade(r_);
    find_procedure(in_.scenario.upgrade.kind)->run(r_);
  }

  // Before anything listens or dials: from then on this thread is in the hub. Without them the faults of links are skipped.
  void make_namespaces() {
    if (!acts_on_links(in_)) return;
    if (in_.scenario.network.backend == NetworkBackend::proxies)
      no_namespaces_ = "needs network namespaces (`backend: namespaces`)";
    else if (in_.from.remote || in_.to.remote)
      no_namespaces_ = "needs releases of this machine: no way leads out of network namespaces";
    else
      no_namespaces_ = capability("network-namespace").needs;
    if (!no_namespaces_.empty()) return;
    std::map<std::string, std::string> nodes;
    int number = 0;
    for (const auto& name : node_names(in_.scenario.network)) nodes[name] = addresses_->at(++number);
    namespaces_.emplace(nodes);
  }

  void publish_others() {
    if (in_.patch) publish(*release_server_, *in_.patch);
    if (in_.provider) publish(*release_server_, in_.provider->to);
  }

  // What lies at its address need not be what governance is asked for.
  void publish_model(ModelChange& model) {
    auto file = model.to.file;
    if (in_.scenario.upgrade.published == PublishedModel::another) {
      file = o_.folder / "published" / file.filename();
      write_file(file, read_file(model.from.file));
    }
    constexpr const char* kTag = "models";
    release_server_->publish(kTag, file);
    model.url = release_server_->url(kTag, file.filename());
    model.ca_file = release_server_->ca_file();
  }

  // How the run ended, whatever was thrown.
  record::RunStopped stopped_by(const std::function<void()>& work) {
    auto step = [this] { return last_step(r_.view()); };
    try {
      work();
      return {StopReason::completed, "", "", Cause::none};
    } catch (const FailureProven& e) {
      return {StopReason::failure_proven, e.what(), step(), Cause::none};
    } catch (const TimedOut& e) {
      return {StopReason::time_out, e.what(), step(), e.cause};
    } catch (const StepFailed& e) {
      return {StopReason::step_failed, e.what(), step(), cause_of_failed_step(e)};
    } catch (const Cancelled& e) {
      return {e.signal ? StopReason::cancelled : StopReason::deadline, e.what(), step(), Cause::none};
    } catch (const Error& e) {
      if (e.blame == Blame::release)
        return {StopReason::step_failed, e.what(), step(), e.trouble == Trouble::other ? Cause::unknown : cause_of(e.trouble)};
      exit_code_ = e.blame == Blame::scenario ? 2 : 3;
      return {StopReason::error, e.what(), step(), cause_of(e.trouble)};
    } catch (const std::exception& e) {
      exit_code_ = 3;
      return {StopReason::error, in_words(in_words(e), step(), in_.scenario.name), step(), Cause::none};
    }
  }

  // A transaction that a node refuses for a setting which the scenario made is the setting's failure.
  Cause cause_of_failed_step(const StepFailed& e) const {
    if (e.cause != Cause::transaction_failed) return e.cause;
    const auto& n = in_.scenario.network;
    const auto sets = [](const TomlValues& values, const std::string& key) {
      return std::ranges::any_of(values, [&](const auto& v) { return v.first == key; });
    };
    for (const auto& s : in_.profile.refused_settings) {
      if (!s.of_transaction || !RE2::PartialMatch(e.what(), s.match)) continue;
      const bool app = s.file == "app.toml";
      const bool made = sets(app ? n.app_toml : n.config_toml, s.key) || std::ranges::any_of(n.nodes, [&](const auto& node) {
                          return sets(app ? node.second.app_toml : node.second.config_toml, s.key);
                        });
      if (made) return Cause::operator_setting;
    }
    return e.cause;
  }

  NetworkPlan plan_network(const fs::path& cosmovisor) {
    auto p = network_of(in_);
    p.folder = o_.folder;
    p.run_id = id_;
    p.seed = o_.seed;
    const auto& downloads = in_.scenario.network.downloads;
    for (auto& node : p.nodes)
      if (std::find(downloads.begin(), downloads.end(), node.name) != downloads.end())
        node.environment.insert(
            {{"DAEMON_ALLOW_DOWNLOAD_BINARIES", "true"}, {"SSL_CERT_FILE", release_server_->ca_file().string()}});
    p.namespaces = namespaces_ ? &*namespaces_ : nullptr;
    p.no_namespaces = no_namespaces_;
    p.binary = in_.from.artifact.binary;
    p.cosmovisor = cosmovisor;
    p.genesis.insert(p.genesis.end(), o_.genesis.begin(), o_.genesis.end());
    p.genesis_values = [this, start = Loop::Clock::now()] {
      const auto periods = voting_periods(in_, Loop::Clock::now() - start);
      voting_period_s_ = periods.upgrade_s;
      in_.faults_of_vote_s = periods.faults_s;
      return periods.values;
    };
    return p;
  }

  void make_network(const fs::path& cosmovisor) {
    r_.step("make", "Network made: keys, genesis, configuration", "", [&] {
      network_.emplace(loop_, *http_, r_, in_.profile, *addresses_, plan_network(cosmovisor));
      r_.set_network(&*network_);
      network_->prepare(r_.wait_for());
      tell_of_network();
      return fmt::format("chain id {}", in_.profile.chain.id);
    });
  }

  void tell_of_network() {
    record::NetworkPlanned planned;
    planned.chain_id = in_.profile.chain.id;
    planned.supervisor = name_of(in_.scenario.network.supervisor);
    planned.voting_period_s = voting_period_s_;
    planned.watched_account = network_->watched_account();
    for (const auto& n : network_->nodes()) {
      const auto& i = n->identity();
      planned.members.push_back({i.name, i.validator, i.power, i.consensus_address, i.operator_address, i.account, i.ip});
    }
    r_.record(std::move(planned));
  }

  // That of the past, with addresses and processes of its own.
  void take_up_network(const fs::path& cosmovisor) {
    r_.step(step_id::fork, "Network taken up from a checkpoint", "", [&] {
      const auto& facts = origin_.checkpoint->facts;
      if (in_.from.artifact.binary_sha256 != facts.from_sha256 || in_.to.artifact.binary_sha256 != facts.to_sha256)
        throw Error(Blame::scenario, origin_.checkpoint->folder.string() + ": the checkpoint is of other releases; run it with --fork never");
      copy_network(*origin_.checkpoint, o_.folder);
      const auto was = *r_.view().network;
      voting_period_s_ = was.voting_period_s;
      network_.emplace(loop_, *http_, r_, in_.profile, *addresses_, plan_network(cosmovisor));
      r_.set_network(&*network_);
      std::vector<NodeIdentity> members;
      for (const auto& m : was.members) members.push_back({m.name, m.validator, m.power, m.ip, "", m.consensus_address, m.account, m.operator_address});
      network_->take_up(members, was.watched_account);
      tell_of_network();
      r_.carry(facts.carried);
      // It went on where it was frozen: that it does not here is not the release's.
      const auto of_machine = [](const std::exception& e) {
        return Error(Blame::machine, fmt::format("the network that was frozen does not go on: {}; run it with --fork never", e.what()));
      };
      try {
        start_again();
      } catch (const StepFailed& e) {
        throw of_machine(e);
      } catch (const FailureProven& e) {
        throw of_machine(e);
      }
      return fmt::format("{} nodes at {}, of {} at height {}", network_->nodes().size(), network_->nodes().front()->identity().ip, facts.scenario, facts.height);
    });
    r_.hold_if_at(origin_.checkpoint->facts.phase);
  }

  // At the halt an old binary ends at once, and no block comes: who switches by hand starts the new one in its time.
  void start_again() {
    const auto& v = r_.view();
    const bool halted = v.plan && v.highest_height() <= v.plan->height && std::ranges::any_of(v.nodes, [](const auto& n) { return n.second.halt.has_value(); });
    std::vector<std::string> by_hand;
    for (const auto& n : network_->nodes())
      if (halted && n->supervisor_kind() == SupervisorKind::bare) by_hand.push_back(n->identity().name);
    network_->start(by_hand);
    r_.record(record::Expected{kProcessEnds, "", false});
    // What was paused may have been some blocks further than was seen of it.
    constexpr std::int64_t kAhead = 2;
    if (!halted) r_.await("another block on every node", stored_on_all(origin_.checkpoint->facts.height + kAhead + 1));
  }

  // For other runs with this past. What becomes of it is no matter of this one.
  void leave_checkpoint() {
    // Blocks until the upgrade's height, which each of them has to wait for: few, and some of them the nodes may have made unseen.
    constexpr std::int64_t kMost = 7, kLeast = 4;
    if (fs::exists(origin_.leaves)) return;
    const auto height = r_.view().plan->height;
    r_.await(fmt::format("{} blocks before the upgrade", kMost), above(height - kMost - 1));
    const auto too_near = [&] {
      return r_.view().highest_height() + kLeast > height ||
             std::ranges::any_of(network_->nodes(), [](const auto& n) { return fs::exists(n->home() / "data" / "upgrade-info.json"); });
    };
    try {
      std::list<PausedNode> paused;
      for (const auto& n : network_->nodes()) paused.emplace_back(*n);
      r_.await_done("the pause of all nodes", [&] { return std::ranges::all_of(network_->nodes(), [](const auto& n) { return !n->running() || n->paused(); }); });
      if (too_near()) return r_.note("no checkpoint is left: the upgrade height is too near");
      const auto begun = Loop::Clock::now();
      take_checkpoint(o_.folder, origin_.leaves, origin_.past, r_.carried());
      log_info(fmt::format("a checkpoint is left in {:.3f} s: {}", std::chrono::duration<double>(Loop::Clock::now() - begun).count(), origin_.leaves.string()));
    } catch (const Error& e) {
      r_.note(e.what());
    } catch (const TimedOut& e) {
      r_.note(e.what());
    }
  }

  void start_network() {
    r_.step("network", "Network up", "", [&] {
      network_->start();
      r_.record(record::Milestone{MilestoneName::started});
      await_first_block();
      return fmt::format("{} nodes at {}", network_->nodes().size(), network_->nodes().front()->identity().ip);
    });
  }

  // Without one nothing is known of the new release.
  void await_first_block() {
    try {
      r_.await("first block on every node", stored_on_all(1));
    } catch (const TimedOut& e) {
      throw TimedOut(e.what(), e.cause == Cause::none ? Cause::no_first_block : e.cause);
    }
  }

  // The verdict stands whatever becomes of the clean-up.
  static void remove(const fs::path& path) {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) log_warning(path.string() + ": cannot be removed: " + error.message());
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
    if (!keep && network_) {
      for (const auto& n : network_->nodes())
        for (const char* part : {"data", "cosmovisor", "bin", "config/priv_validator_key.json", "config/node_key.json"})
          remove(n->home() / part);
      if (const auto* provider = network_->provider())
        for (const char* part : {"data", "bin"}) remove(provider->home() / part);
    }
    remove(o_.folder / "operator");  // keys
    if (network_) remove(network_->temporary());
    remove(o_.folder / "faults");    // what they took the place of
    if (!keep) remove(o_.folder / "backups");
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
  std::optional<AddressBlock> addresses_;
  std::optional<NetworkNamespaces> namespaces_;
  std::string no_namespaces_;  // why there are none
  std::optional<ReleaseServer> release_server_;
  std::optional<Network> network_;
  std::optional<FaultDriver> faults_;
  double voting_period_s_ = 0;
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
  make_folder(o.folder);
  return Run(o, std::move(inputs), std::move(origin), reporter).carry_out();
}

void check_unused(const fs::path& folder) {
  if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder)))
    throw Error(Blame::scenario, folder.string() + ": exists and is not empty; give --out another folder");
}

namespace {

// What is known of a run without reading its files.
record::RunRecord record_of_none(const RunOptions& o) {
  record::RunRecord r;
  r.scenario = o.scenario.stem();
  r.profile = o.profile.stem();
  r.seed = o.seed;
  r.harness_version = o.harness_version;
  r.host = host_description();
  r.command = r.reproduce = o.command;
  return r;
}

}  // namespace

record::RunRecord record_of_skipped(const RunOptions& o, const std::string& reason) {
  auto r = record_of_none(o);
  auto scenario = read_scenario(o.scenario);
  if (!o.expect.empty()) expect(scenario, find_named<Cause>(o.expect));
  r.title = scenario.title;
  r.expected = expected_of(scenario);
  r.verdict = "skipped";
  r.skipped = reason;
  r.scenario_digest = sha256_file(o.scenario);
  r.profile_digest = sha256_hex(load_profile(o.profile, o.profiles).text);
  return r;
}

record::RunRecord record_of_not_begun(const RunOptions& o, const std::string& reason) {
  auto r = record_of_none(o);
  r.verdict = "error";
  r.diagnosis = record::Diagnosis{};
  r.diagnosis->first_evidence = reason;
  return r;
}

record::RunRecord conclude_crashed(const fs::path& folder, const std::string& how) {
  std::error_code ignored;
  fs::remove_all(folder / kUnfinishedCheckpoint, ignored);
  const auto journal = folder / kJournal;
  const auto view = fold_all(read_journal(journal));
  if (!view.stopped) {
    const auto step = last_step(view);
    const std::string where = fs::exists(folder / kLog) ? fmt::format("; the end of {} has the backtrace", kLog) : "";
    append_to_journal(journal, record::RunStopped{StopReason::error, in_words(how, step, view.run ? view.run->scenario : "") + where, step, Cause::none});
  }
  return judge_folder(folder);
}

record::RunRecord judge_folder(const fs::path& folder) {
  auto view = fold_all(read_journal(folder / kJournal));
  auto scenario = load_scenario(folder / kScenarioCopy);
  auto profile = load_profile(folder / kProfileCopy);
  if (view.run) {
    scenario.name = view.run->scenario;
    if (const auto& told = view.run->conditions; told.contains("expect"))
      expect(scenario, find_named<Cause>(told["expect"]));
    profile.name = view.run->profile;
  }
  return judge(view, scenario, profile);
}

}  // namespace rehearse
