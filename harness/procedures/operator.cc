#include "harness/procedures/operator.h"

#include <algorithm>

#include "harness/engine/goals.h"
#include "harness/procedures/signing_state.h"
#include "localnet/artifact/artifact.h"

namespace rehearse {

namespace fs = std::filesystem;

void stage_release(Rehearsal& r, const std::string& plan) {
  for (const auto* n : r.network().under(SupervisorKind::cosmovisor))
    n->supervisor().stage(plan, r.to().artifact.binary);
}

void stop_nodes(Rehearsal& r, const NodeNames& names) {
  for (const auto& name : names) {
    r.record(record::Expected{kProcessEnds, "an operator stops it", true}, name);
    r.network().node(name).stop();
  }
  r.await_done("the end of what was stopped", [&] {
    return std::none_of(names.begin(), names.end(), [&](const auto& name) { return r.view().nodes.at(name).alive; });
  });
}

void start_nodes(Rehearsal& r, const NodeNames& names, const std::vector<std::string>& more) {
  for (const auto& name : names) {
    r.network().node(name).start(more);
    r.record(record::Expected{kProcessEnds, "it runs", false}, name);
  }
}

void start_skipping(Rehearsal& r, const NodeNames& names, std::int64_t height) {
  const auto& asked = r.view().order.front();
  start_nodes(r, names, r.command("skip-upgrade", asked, {{"height", std::to_string(height)}}));
}

void keep_binary(Rehearsal& r, const NodeNames& names, const Release& running) {
  for (const auto& name : names) {
    const auto& s = r.network().node(name).supervisor();
    link_or_copy(s.current(), s.staged(running.printed_version));
  }
}

void replace_binary(Rehearsal& r, const NodeNames& names, const Release& next) {
  for (const auto& name : names) link_or_copy(next.artifact.binary, r.network().node(name).supervisor().current());
}

void install_on(Rehearsal& r, const NodeNames& names, const Release& running, const Release& next) {
  keep_binary(r, names, running);
  replace_binary(r, names, next);
  check_installed(r, names, next);
}

void check_installed(Rehearsal& r, const NodeNames& names, const Release& release) {
  std::vector<ProgramCall> calls;
  for (const auto& name : names)
    calls.push_back({r.network().node(name).supervisor().current(), command_of(r.profile(), "version").run});
  const auto answers = r.run_programs(calls);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const auto version = version_in(answers[i]); version != release.printed_version)
      throw StepFailed(names[i] + ": `" + answers[i].command + "` says " + version + ", not " + release.printed_version);
}

NodeNames all_nodes(Rehearsal& r) {
  NodeNames names;
  for (const auto* n : r.network().all()) names.push_back(n->identity().name);
  return names;
}

NodeNames bare_nodes(Rehearsal& r) {
  NodeNames names;
  for (const auto* n : r.network().under(SupervisorKind::bare)) names.push_back(n->identity().name);
  return names;
}

NodeNames except(const NodeNames& all, const NodeNames& without) {
  NodeNames rest;
  for (const auto& name : all)
    if (std::find(without.begin(), without.end(), name) == without.end()) rest.push_back(name);
  return rest;
}

void restore_data(Rehearsal& r, const std::string& name) {
  const auto home = r.network().node(name).home();
  fs::path backup;
  for (const auto& entry : fs::directory_iterator(home))
    if (entry.path().filename().string().starts_with("data-backup-")) backup = entry.path();
  if (backup.empty()) throw StepFailed(home.string() + ": holds no data backup", Cause::check_failed);
  const auto data = home / "data", aside = home / "data-set-aside";
  const auto signing_state = signing_state_file(r, name).filename();
  fs::rename(data, aside);
  fs::copy(backup, data, fs::copy_options::recursive);
  // With its signing state the WAL that goes with it: a vote that it has signed, and nobody else has, is only there. Without
  // that vote it may sign no other in its place, and without a third of the power the chain stands still for good.
  for (const auto& newer : {signing_state, fs::path("cs.wal")}) {
    fs::remove_all(data / newer);
    fs::copy(aside / newer, data / newer, fs::copy_options::recursive);
  }
  fs::remove_all(aside);
}

}  // namespace rehearse
