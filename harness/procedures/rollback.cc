// Chain upgrade rollback: a release that makes no blocks after the upgrade is taken back on every node, as the runbook's
// "Chain Upgrade Rollback" says, and where that is not enough, to its end.
#include <fmt/format.h>

#include <algorithm>

#include "harness/engine/goals.h"
#include "harness/procedures/governed.h"
#include "harness/procedures/operator.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/signing_state.h"
#include "harness/procedures/state_rollback.h"
#include "harness/procedures/verification.h"
#include "localnet/artifact/artifact.h"
#include "localnet/cosmos/keys.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/cosmos/rpc.h"

namespace rehearse {

namespace {

// How a release may fail that is rolled back.
constexpr Cause kFailures[] = {Cause::missing_store_upgrade, Cause::store_already_there,      Cause::upgrade_handler_panic,
                               Cause::upgrade_handler_error, Cause::start_panic,              Cause::block_panic,
                               Cause::block_error,           Cause::consensus_params_refused};

void expect_bad(Rehearsal& r, const NodeNames& names) {
  for (const auto& name : names) r.record(record::Expected{kProcessEnds, "the release is bad", true}, name);
}

// The bad release meets the upgrade height and ends on every node. Cosmovisor has switched by itself.
void await_bad_end(Rehearsal& r) {
  r.step("bad-release", "The new release makes no blocks", kChainRollback, [&] {
    const auto bare = bare_nodes(r);
    stop_nodes(r, bare);
    install_on(r, bare, r.from(), r.to());
    start_nodes(r, bare);
    expect_bad(r, bare);
    const auto height = r.view().plan->height;
    const auto ended = on_every_node([](const NodeView& n) { return std::string(n.alive ? "runs" : ""); });
    r.await("the end of every node", [&](const NetworkView& v) {
      if (v.highest_height() > height + 1)
        throw StepFailed(fmt::format("block {} is there: nothing is wrong with the release that was to be rolled back", v.highest_height()), Cause::no_failure);
      return ended(v);
    });
    return fmt::format("ended on all {} nodes", r.view().nodes.size());
  });
}

// The runbook copies the old binary to where it was before Cosmovisor; that is not what Cosmovisor runs.
void show_useless_copy(Rehearsal& r, Node* node) {
  r.step("useless-copy", "Cosmovisor runs another binary than the one that the runbook restores",
         kChainRollback, [&] {
           link_or_copy(r.from().artifact.binary, node->home() / "bin" / r.profile().chain.binary);
           const auto printed = r.network().cosmovisor("version", {node}, r.wait_for()).front();
           if (printed.find(r.to().printed_version) == std::string::npos)
             throw StepFailed("`cosmovisor version` does not run " + r.to().printed_version);
           return "finding: the runbook's steps change nothing, " + node->identity().name + " still runs " +
                  r.to().printed_version;
         });
}

void restore_binary(Rehearsal& r) {
  const auto switched = r.network().under(SupervisorKind::cosmovisor);
  if (!switched.empty()) show_useless_copy(r, switched.front());
  r.step("restore", "Restore previous binary", kChainRollback, [&] {
    install_on(r, bare_nodes(r), r.to(), r.from());
    const bool aside = r.scenario().upgrade.set_aside;
    for (auto* n : switched) {
      n->supervisor().switch_back();
      if (aside) n->supervisor().forget_upgrade();
    }
    check_installed(r, all_nodes(r), r.from());
    const auto& version = r.from().printed_version;
    return switched.empty() ? fmt::format("{}; the runbook's {}.bak is never made", version, r.profile().chain.binary)
                            : "current is " + version + " again, upgrade-info.json " + (aside ? "is set aside" : "is left");
  });
}

// An old data folder would have an old signing state too: whoever is among the `missed` restores it with the rest.
void change_state(Rehearsal& r, const NodeNames& names) {
  const auto& u = r.scenario().upgrade;
  if (u.drops > 0)
    r.step("state", "Rollback state", kChainRollback, [&] {
      for (auto i = u.drops; i > 0; --i) roll_back_state(r, names);
      return fmt::format("{} times on {} nodes", u.drops, names.size());
    });
  for (const auto& name : u.missed) write_file(signing_state_file(r, name), priv_validator_state_json());
}

// The runbook ends with the old binary started again. It halts as it did before. Not shown under Cosmovisor, which may
// switch again before its node has ended.
void show_second_halt(Rehearsal& r, const std::string& name) {
  r.step("second-halt", "The old binary halts at the upgrade height again", kChainRollback, [&] {
    const int halted = r.view().nodes.at(name).incarnation;
    r.record(record::Expected{Cause::upgrade_handler_missing, "the old binary does not know the plan", true});
    start_nodes(r, {name});
    r.record(record::Expected{kProcessEnds, "it halts", true}, name);
    r.await(name + " to halt again", [&](const NetworkView& v) -> std::optional<Unmet> {
      const auto& n = v.nodes.at(name);
      if (!n.alive && n.line(Pattern::upgrade_needed, halted + 1)) return std::nullopt;
      return Unmet{{name}, n.alive ? "runs" : "ended without saying why"};
    });
    return "finding: the runbook's steps are not enough, " + name + " says that it needs the upgrade";
  });
}

// Each of them is asked for its block at that height; two different ones are a fork, which the diagnosis finds.
void compare_blocks(Rehearsal& r, const NodeNames& names, std::int64_t height) {
  auto open = std::make_shared<std::size_t>(names.size());
  for (const auto& name : names)
    Rpc(r.http(), r.network().node(name).rpc_url(), name).block(height, [&r, open, name](Result<Block> b) {
      if (b.value) r.block(name, *b.value);
      --*open;
    });
  r.await_done(fmt::format("the block at {}", height), [&] { return *open == 0; });
}

void start_again(Rehearsal& r, const NodeNames& all, std::int64_t height) {
  const auto& late = r.scenario().upgrade.late;
  const auto first = except(all, late);
  r.step("skip", "Every node starts, told to skip the upgrade", kChainRollback, [&] {
    start_skipping(r, first, height);
    return fmt::format("{} nodes", first.size());
  });
  r.step("same-block", fmt::format("One block at height {}", height), kChainRollback, [&] {
    if (!late.empty()) {
      r.await(fmt::format("blocks without {}", fmt::join(late, ", ")), above(height + 1));
      compare_blocks(r, first, height);
      start_skipping(r, late, height);
    }
    r.await(fmt::format("height {} on all", height), stored_on_all(height));
    compare_blocks(r, all, height);
    return fmt::format("the same on {} nodes", all.size());
  });
}

}  // namespace

bool can_be_taken_back(Cause failure) { return std::ranges::find(kFailures, failure) != std::end(kFailures); }

void chain_rollback(Rehearsal& r) {
  GovernedUpgrade upgrade(r);
  stage_release(r, upgrade.plan().name);
  upgrade.go_through_vote();
  for (const auto cause : kFailures) r.record(record::Expected{cause, "it is what is rolled back", true});
  expect_bad(r, except(all_nodes(r), bare_nodes(r)));
  upgrade.await_halt();

  const auto height = upgrade.plan().height;
  const auto& u = r.scenario().upgrade;
  r.enter(Phase::swap);
  await_bad_end(r);
  read_signing_states(r, "halted");
  restore_binary(r);
  change_state(r, except(all_nodes(r), u.late));
  if (u.compared) check_signing_states(r);
  if (const auto bare = bare_nodes(r); !bare.empty() && u.drops == 0) show_second_halt(r, bare.front());
  r.record(record::ExpectedOutcome{height, WhichRelease::from, false});
  start_again(r, all_nodes(r), height);
  upgrade.resume();
  read_signing_states(r, "resumed");
  verify(r);
}

}  // namespace rehearse
