// Chain upgrade by governance, as the runbook's "Chain Upgrades (Governance)" says, phases 1 to 4: under Cosmovisor, which
// switches by itself (phase 2), by hand (phase 3), or some one way and some the other.
#include <fmt/format.h>

#include "harness/engine/goals.h"
#include "harness/procedures/afterwards.h"
#include "harness/procedures/exported.h"
#include "harness/procedures/governed.h"
#include "harness/procedures/joining_node.h"
#include "harness/procedures/multisig.h"
#include "harness/procedures/operator.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/validator_set.h"
#include "harness/procedures/verification.h"
#include "harness/view/step_ids.h"
#include "localnet/network/node_log.h"
#include "localnet/base/sha256.h"

namespace rehearse {

namespace {

constexpr const char* kAutomatic = "Chain Upgrades, Phase 2: Automatic Upgrade (Using Cosmovisor)";
constexpr const char* kManual = "Chain Upgrades, Phase 3: Manual Upgrade (Without Cosmovisor)";
constexpr const char* kSetup = "Appendix: Cosmovisor Setup";

// `current` is the release to upgrade from, the new one lies where Cosmovisor will look, and Cosmovisor itself, asked on
// one node (the others have the same files), runs the one.
std::string layout(Rehearsal& r, const std::vector<Node*>& nodes, const std::string& plan) {
  auto expect = [](const std::filesystem::path& file, const Release& release) {
    if (!std::filesystem::equivalent(file, release.artifact.binary) &&
        sha256_file(file) != release.artifact.binary_sha256)
      throw StepFailed(file.string() + " is not the binary of " + release.name);
  };
  for (const auto* n : nodes) {
    expect(n->supervisor().current(), r.from());
    expect(n->supervisor().staged(plan), r.to());
  }
  const auto printed = r.network().cosmovisor("version", {nodes.front()}, r.wait_for()).front();
  if (printed.find(r.from().printed_version) == std::string::npos)
    throw StepFailed("`cosmovisor version` does not run " + r.from().printed_version + ": " +
                     printable(printed));
  return fmt::format("current is {}, upgrades/{} is {}", r.from().printed_version, plan,
                     r.to().printed_version);
}

// Those that find the release in place: whoever downloads does not.
std::vector<Node*> staged_nodes(Rehearsal& r) {
  auto nodes = r.network().under(SupervisorKind::cosmovisor);
  const auto& downloads = r.scenario().network.downloads;
  std::erase_if(nodes, [&](const Node* n) { return except({n->identity().name}, downloads).empty(); });
  return nodes;
}

// Before anything is proposed: a chain that halts for it must find it.
void stage(Rehearsal& r, const std::string& plan) {
  const auto nodes = staged_nodes(r);
  if (nodes.empty()) return;
  r.step("stage", "Copy new binary", kAutomatic, [&] {
    for (const auto* n : nodes) n->supervisor().stage(plan, r.to().artifact.binary);
    return fmt::format("{} nodes", nodes.size());
  });
}

void check_layout(Rehearsal& r, const std::string& plan) {
  const auto nodes = staged_nodes(r);
  if (nodes.empty()) return;
  r.step("layout", "Cosmovisor layout", kSetup, [&] { return layout(r, nodes, plan); });
}

// Phase 3 on these nodes, whose operators work at the same time.
void upgrade_by_hand(Rehearsal& r, const NodeNames& names, const std::string& id) {
  if (names.empty()) return;
  r.step(id, fmt::format("Upgraded by hand: {}", fmt::join(names, ", ")), kManual, [&] {
    stop_nodes(r, names);
    install_on(r, names, r.from(), r.to());
    start_nodes(r, names);
    return fmt::format("{} kept as a copy, {} installed", r.from().printed_version, r.to().printed_version);
  });
}

// The others make blocks without those that are late: they can, as long as more than 2/3 of the power is with them.
void await_blocks_of_others(Rehearsal& r, const NodeNames& late, std::int64_t height) {
  constexpr std::int64_t kBlocks = 3;
  constexpr std::chrono::seconds kStandsStill{10}, kMost{60};
  r.step("without-late", fmt::format("The chain goes on without {}", fmt::join(late, ", ")), kTimeline, [&] {
    r.await(fmt::format("height {} without {}", height + kBlocks, fmt::join(late, ", ")), above(height + kBlocks - 1),
            {kStandsStill, kMost});
    if (wanted_afterwards(r.scenario(), kUnjail)) await_jailed(r, late);
    return fmt::format("height {}", r.view().highest_height());
  });
}

void await_return(Rehearsal& r, const NodeNames& late) {
  r.step("caught-up", fmt::format("Caught up: {}", fmt::join(late, ", ")), kManual, [&] {
    const auto height = r.view().highest_height();
    for (const auto& name : late) r.await(name + " to sign again", signs_above(name, height));
    return fmt::format("signing above {}", height);
  });
}

}  // namespace

void chain_upgrade(Rehearsal& r) {
  GovernedUpgrade upgrade(r);
  upgrade.expect_no_plan();
  stage(r, upgrade.plan().name);
  if (wanted_afterwards(r.scenario(), step_id::multisig)) open_multisig(r);
  upgrade.propose();
  upgrade.vote();
  upgrade.ask_before();
  check_layout(r, upgrade.plan().name);
  if (wanted_afterwards(r.scenario(), step_id::exported)) try_export(r);
  upgrade.pass();
  upgrade.await_halt();

  r.enter(Phase::swap);
  const auto& late = r.scenario().upgrade.late;
  upgrade_by_hand(r, except(bare_nodes(r), late), "by-hand");
  if (!late.empty()) {
    await_blocks_of_others(r, late, upgrade.plan().height);
    upgrade_by_hand(r, late, "late");
    if (wanted_afterwards(r.scenario(), kUnjail))
      r.step(kUnjail, fmt::format("Back from jail: {}", fmt::join(late, ", ")), kManual, [&] { return of_chain([&] { return unjail(r, late); }); });
    await_return(r, late);
  }
  upgrade.resume();
  verify(r);
  if (r.scenario().upgrade.joining_node) join_by_state_sync(r);  // the others' peers are counted before
  do_afterwards(r);
}

}  // namespace rehearse
