// rehearse replay: the network of a run that has ended, up again, to look into it.
#include "harness/cli/repeating.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/inputs.h"
#include "harness/run/run_folder.h"
#include "localnet/process/guard.h"

namespace rehearse::cli {

namespace {

void throw_if_not_an_ended_run(const std::string& target) {
  if (!fs::is_directory(target))
    throw Error(Blame::scenario, target + ": not a run's folder, which alone has its network; --from PHASE makes one anew, and holds it there");
  for (const auto& live : live_runs(runtime_dir()))
    if (fs::exists(live.folder) && fs::equivalent(live.folder, target))
      throw Error(Blame::scenario, target + ": has not ended; `rehearse net fork` goes on from a copy of one that is held");
}

// What keeps it from being tried is not that run's.
RunResult made_anew(const RunOptions& o, const Leaves& leaves, const fs::path& shown) try {
  return run_once(o, leaves, shown);
} catch (const Error& e) {
  throw Error(Blame::machine, std::string("the run is sound, and cannot be tried here: ") + e.what());
}

}  // namespace

int replay(const Project& project, const std::string& target, RunFlags flags, const std::string& command) {
  check_break_at(flags.break_at, "--from");
  const bool as_it_ended = flags.break_at.empty();  // what its network was like at an earlier phase nobody has kept
  const auto kept = fs::path(target) / kCheckpoints;
  if (as_it_ended) throw_if_not_an_ended_run(target), flags.begin_from = kept / "ended";
  const Failed run(project, target);
  const auto o = run.options(project, flags, command);
  check_unused(o.folder);
  run.check(o);
  const Leaves leaves{leaves_of(flags).dialect, std::nullopt};
  const auto shown = shown_folder(project, flags, o);
  const auto result = [&] {
    if (!as_it_ended) return made_anew(o, leaves, shown);
    const SuiteCheckpoints of_ended(kept);
    take_checkpoint_of_ended(target, flags.begin_from);
    return run_once(o, leaves, shown);
  }();
  if (chose_no_folder(flags)) link_latest(o.folder);
  return result.exit_code;
}

}  // namespace rehearse::cli
