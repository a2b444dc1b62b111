// rehearse net: a network to play with, or one that a run holds (--break-at). All it knows it reads from the run's journal.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <list>

#include "harness/cli/commands.h"
#include "harness/spec/defects.h"
#include "harness/view/journal.h"
#include "harness/view/view.h"
#include "harness/engine/rehearsal.h"
#include "harness/run/checkpoint_folder.h"
#include "localnet/base/temporary_path.h"
#include "localnet/base/text.h"
#include "localnet/process/blocked_signals.h"
#include "localnet/process/guard.h"
#include "localnet/process/proc.h"
#include "localnet/process/stopped_process.h"
#include "localnet/profile/profile.h"
#include "harness/run/scenario_rules.h"

namespace rehearse::cli {

namespace {

// The live run of that id or folder; of several, the one that is meant must be named.
Live find_live(const std::string& run) {
  auto runs = live_runs(runtime_dir());
  if (!run.empty())
    std::erase_if(runs, [&](const Live& l) {
      return l.run_id != run && fs::path(l.folder) != fs::absolute(run).lexically_normal();
    });
  if (runs.size() == 1) return runs.front();
  std::string all;
  for (const auto& l : runs) all += "\n  " + l.folder;
  throw Error(Blame::scenario, runs.empty() ? "no run is alive; `rehearse net up` starts a network"
                                            : "several runs are alive; name one:" + all);
}

NetworkView view_of(const Live& live) { return fold_all(read_journal(fs::path(live.folder) / "events.jsonl")); }

const NodeView& node_of(const NetworkView& view, const std::string& name) {
  const auto found = view.nodes.find(name.empty() && !view.order.empty() ? view.order.front() : name);
  if (found != view.nodes.end()) return found->second;
  std::string all;
  for (const auto& n : view.order) all += (all.empty() ? "" : ", ") + n;
  throw Error(Blame::scenario, "there is no node `" + name + "`; there are " + all);
}

// All processes of its nodes stand still as long as this lives; until then no signal ends this one.
class PausedRun {
 public:
  PausedRun(const std::string& run_id, const std::vector<std::string>& nodes) {
    for (const auto& node : nodes)
      for (const int pid : processes_of_run(run_id, node)) stopped_.emplace_back(pid);
  }

 private:
  const AllSignalsBlocked blocked_;
  std::list<StoppedProcess> stopped_;
};

}  // namespace

int net_list() {
  for (const auto& live : live_runs(runtime_dir())) {
    const auto view = view_of(live);
    std::cout << fmt::format("{}\n  {}, {} nodes, phase {}, height {}{}\n", live.folder, view.run ? view.run->scenario : "-", view.order.size(),
                             view.phases.empty() ? "-" : name_of(view.phases.back().first), view.highest_height(),
                             view.forked ? fmt::format(", forked from {} at height {}", view.forked->scenario, view.forked->height) : "");
  }
  return 0;
}

int net_fork(const Project& project, RunFlags flags, const std::string& run_name, const std::string& command) {
  const auto live = find_live(run_name);
  const auto view = view_of(live);
  const auto carried = read_file(fs::path(live.folder) / kCarried);
  if (carried.empty() || !view.run || !view.releases)
    throw Error(Blame::scenario, live.folder + ": is not held; `rehearse net up`, or `run SCENARIO --break-at PHASE`, holds a network");
  flags.begin_from = live.folder + "/fork-" + std::to_string(::getpid());
  const TemporaryPath checkpoint(flags.begin_from);
  {
    const PausedRun paused(live.run_id, view.order);
    take_checkpoint(live.folder, flags.begin_from, "", record::Json::parse(carried));
  }
  flags.scenario = view.run->scenario, flags.profile = view.run->profile;
  flags.from = view.releases->from.name, flags.to = view.releases->to.name;
  flags.one_release = flags.from == flags.to;
  const auto validators = view.validators().size();
  if (validators != load_scenario(project.scenario(flags.scenario)).network.validators.size()) flags.validators = static_cast<int>(validators);
  flags.break_at = name_of(view.phases.back().first);
  return run(project, flags, command);
}

int net_down(const std::string& run) {
  const auto live = find_live(run);
  ::kill(live.pid, SIGTERM);
  std::cout << live.folder << ": told to end\n";
  return 0;
}

int net_status(const std::string& run) {
  const auto live = find_live(run);
  const auto view = view_of(live);
  std::cout << fmt::format("{}\nphase {}\n", live.folder, view.phases.empty() ? "-" : name_of(view.phases.back().first));
  const auto all = view.all();
  for (const auto* n : all)
    std::cout << fmt::format("  {:<14} {:<14} {:<5} power {:<4} height {:<6} {}\n", n->member.name, n->member.ip,
                             n->alive ? "runs" : "ended", n->member.power, n->head.store_height, n->head.app_version);
  const bool up = !all.empty() && std::ranges::all_of(all, [](const NodeView* n) { return n->alive && n->head.store_height > 0; });
  return up ? 0 : 1;
}

int net_logs(const std::string& node, const std::string& run) {
  const auto live = find_live(run);
  const auto& name = node_of(view_of(live), node).member.name;
  const auto log = fs::path(live.folder) / "nodes" / name / "logs" / "node.log";
  std::ifstream in(log);
  if (!in) throw Error(Blame::machine, log.string() + ": cannot be read");
  std::cout << in.rdbuf();
  return 0;
}

int net_env(const std::string& node, const std::string& run) {
  const auto live = find_live(run);
  const auto view = view_of(live);
  const auto& n = node_of(view, node);
  const auto folder = fs::path(live.folder);
  auto profile = load_profile(folder / "profile.yaml");
  mask_defects(load_scenario(folder / "scenario.yaml"), profile);
  const auto home = folder / "operator";
  const auto values = chain_values(profile, home, n.member.ip, n.member.name);
  auto say = [](const std::string& name, const std::string& value) {
    std::cout << fmt::format("export {}='{}'\n", name, value);
  };
  for (const auto& [name, value] : chain_environment(profile, values)) say(name, value);
  say("HOME", home.string());
  say("NODE", values.at("rpc"));
  say("CHAIN_ID", profile.chain.id);
  const auto bin = folder / "nodes" / n.member.name / "cosmovisor" / "current" / "bin";
  std::cout << fmt::format("export PATH='{}':\"$PATH\"\n", bin.string());
  return 0;
}

}  // namespace rehearse::cli
