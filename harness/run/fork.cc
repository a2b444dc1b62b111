#include "harness/run/fork.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>

#include "harness/engine/goals.h"
#include "harness/run/shared_past.h"
#include "harness/view/step_ids.h"
#include "localnet/base/log.h"

namespace rehearse {

namespace fs = std::filesystem;

void leave_checkpoint(Rehearsal& r, const Origin& origin) {
  // Blocks until the upgrade's height, which each of them has to wait for: few, and some of them the nodes may have made unseen.
  constexpr std::int64_t kMost = 7, kLeast = 4;
  if (fs::exists(origin.leaves)) return;
  const auto height = r.view().plan->height;
  r.await(fmt::format("{} blocks before the upgrade", kMost), above(height - kMost - 1));
  const auto too_near = [&] {
    return r.view().highest_height() + kLeast > height ||
           std::ranges::any_of(r.network().nodes(), [](const auto& n) { return fs::exists(n->home() / "data" / "upgrade-info.json"); });
  };
  try {
    std::list<PausedNode> paused;
    for (const auto& n : r.network().nodes()) paused.emplace_back(*n);
    r.await_done("the pause of all nodes", [&] { return std::ranges::all_of(r.network().nodes(), [](const auto& n) { return !n->running() || n->paused(); }); });
    if (too_near()) return r.note("no checkpoint is left: the upgrade height is too near");
    const auto begun = Loop::Clock::now();
    take_checkpoint(r.folder(), origin.leaves, origin.past, r.carried());
    log_info(fmt::format("a checkpoint is left in {:.3f} s: {}", std::chrono::duration<double>(Loop::Clock::now() - begun).count(), origin.leaves.string()));
  } catch (const Error& e) {
    r.note(e.what());
  } catch (const TimedOut& e) {
    r.note(e.what());
  }
}

namespace {

// At the halt an old binary ends at once, and no block comes: who switches by hand starts the new one in its time. A network that is taken up
// as it ended is started as it is, and nothing is expected of it.
void start_again(Rehearsal& r, const Checkpoint& from) {
  const auto& v = r.view();
  const bool ended = from.facts.ended();
  const bool halted = !ended && v.plan && v.highest_height() <= v.plan->height && std::ranges::any_of(v.nodes, [](const auto& n) { return n.second.halt.has_value(); });
  std::vector<std::string> by_hand;
  for (const auto& n : r.network().nodes())
    if (halted && n->supervisor_kind() == SupervisorKind::bare) by_hand.push_back(n->identity().name);
  r.network().start(by_hand);
  r.record(record::Expected{kProcessEnds, "", false});
  // What was paused may have been some blocks further than was seen of it.
  constexpr std::int64_t kAhead = 2;
  if (!halted && !ended) r.await("another block on every node", stored_on_all(from.facts.height + kAhead + 1));
}

void hold_as_it_ended(Rehearsal& r, const Inputs& in, const std::string& next_step) {
  r.hold(fmt::format("as it ended, held before `{}`", next_step));
  if (!goes_on_from_journal(in))
    throw Error(Blame::scenario, fmt::format("a procedure of the kind {} does not go on from its middle: rehearse repro carries all of it out", in.scenario.upgrade.kind));
}

// What is done where that does not go on.
const char* advice(const CheckpointFacts& facts) { return facts.ended() ? "rehearse repro carries all of it out" : "run it with --fork never"; }

}  // namespace

void go_on_from(const Checkpoint& from, Rehearsal& r, RunNetwork& network, const Inputs& in, const fs::path& cosmovisor) {
  const auto& facts = from.facts;
  r.step(step_id::fork, "Network taken up from a checkpoint", "", [&] {
    if (in.from.artifact.binary_sha256 != facts.from_sha256 || in.to.artifact.binary_sha256 != facts.to_sha256)
      throw Error(Blame::scenario, fmt::format("{}: the checkpoint is of other releases; {}", from.folder.string(), advice(facts)));
    network.take_up(from, cosmovisor);
    r.carry(facts.carried);
    // It went on where it was frozen: that it does not here is not the release's.
    const auto of_machine = [&facts](const std::exception& e) {
      return Error(Blame::machine, fmt::format("the network that was frozen does not go on: {}; {}", e.what(), advice(facts)));
    };
    try {
      start_again(r, from);
    } catch (const StepFailed& e) {
      throw of_machine(e);
    } catch (const FailureProven& e) {
      throw of_machine(e);
    }
    return fmt::format("{} nodes at {}, of {} at height {}", r.network().nodes().size(), r.network().nodes().front()->identity().ip, facts.scenario, facts.height);
  });
  if (!facts.ended()) r.hold_if_at(facts.phase);
  else hold_as_it_ended(r, in, facts.next_step);
}

}  // namespace rehearse
