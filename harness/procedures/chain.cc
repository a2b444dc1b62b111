// Chain upgrade by governance, as the runbook's "Chain Upgrades (Governance)" says, phases 1 to 4.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/checks/checklist.h"
#include "harness/goals.h"
#include "harness/procedures/governance.h"
#include "harness/procedures/procedure.h"
#include "localnet/log.h"
#include "localnet/sha256.h"

namespace rehearse {

namespace {

constexpr const char* kPreparation = "Chain Upgrades, Phase 1: Preparation";
constexpr const char* kAutomatic = "Chain Upgrades, Phase 2: Automatic Upgrade (Using Cosmovisor)";
constexpr const char* kSetup = "Appendix: Cosmovisor Setup";
constexpr const char* kVerification = "Chain Upgrades, Phase 4: Verification";

std::string show_plan(const record::Json& plan) {
  return fmt::format("{} at height {}", plan.value("name", "?"),
                     plan.contains("height") ? text_of(plan["height"]) : "?");
}

// Halted for the upgrade: the log line, and the pair (block store H, application H-1), live or, where a
// supervisor was quicker, from what the next process replays (design invariant 4).
std::string lacks_halt_proof(const NodeView& n, std::int64_t height) {
  if (!n.line("upgrade-needed")) return fmt::format("is at {}", n.head.store_height);
  const auto* replay = n.line("replay-blocks");
  for (const auto& l : n.lines)
    if (l.line.pattern == "replay-blocks") replay = &l;
  const bool live = n.stored_at(height) && n.app_hashes.contains(height - 1) && !n.committed_at(height);
  const bool replayed = replay && replay->line.captures.size() == 2 &&
                        replay->line.captures[0] == std::to_string(height - 1) &&
                        replay->line.captures[1] == std::to_string(height);
  const bool applied = n.line("applying-upgrade");  // the new binary met H: nobody had committed it before
  return live || replayed || applied
             ? ""
             : "has not shown that block " + std::to_string(height) + " is stored and not applied";
}

// The chain's commands take as long as this machine, with what else runs on it, lets them: making the network ran about
// as many of them side by side as submitting the proposal will.
double seconds_to_submit(const NetworkView& v) {
  double made = 0.5;
  for (const auto& s : v.steps)
    if (s.step.step == "make" && s.ended) made = std::max(made, static_cast<double>(s.ended - s.started) / 1e6);
  constexpr double kMost = 2.0;  // a stall of the machine is no measure
  return 1.2 * std::min(made, kMost);
}

// When the plan's height will be reached: late enough that the vote is over, and not later.
std::int64_t choose_height(Rehearsal& r) {
  const double nominal = nominal_block_seconds(r.scenario().network.pace);
  const double measured = measured_block_seconds(r.view(), nominal);
  // Blocks may come faster once the machine has less to do; a height that is past when the proposal passes
  // cannot be scheduled (osmosis#7255), so the estimate leans to the fast side.
  const double fast = std::min(measured, nominal) * 0.9;
  constexpr std::int64_t kMargin = 3;
  const double until_passed = seconds_to_submit(r.view()) + r.scenario().upgrade.voting_period.seconds();
  return r.view().highest_height() + static_cast<std::int64_t>(std::ceil(until_passed / fast)) + kMargin;
}

// `current` is the release to upgrade from, the new one lies where Cosmovisor will look, and Cosmovisor itself, asked on
// one node (the others have the same files), runs the one.
std::string check_layout(Rehearsal& r, const std::string& plan) {
  auto expect = [](const std::filesystem::path& file, const Release& release) {
    if (!std::filesystem::equivalent(file, release.artifact.binary) && sha256_file(file) != release.artifact.binary_sha256)
      throw StepFailed(file.string() + " is not the binary of " + release.name);
  };
  for (const auto* n : r.network().all()) {
    expect(n->supervisor().current(), r.from);
    expect(n->supervisor().staged(plan), r.to);
  }
  const auto printed = r.network().cosmovisor("version", {r.network().all().front()}, r.wait_for()).front();
  if (printed.find(r.from.printed_version) == std::string::npos)
    throw StepFailed("`cosmovisor version` does not run " + r.from.printed_version + ": " + printable(printed));
  return fmt::format("current is {}, upgrades/{} is {}", r.from.printed_version, plan, r.to.printed_version);
}

// What is asked before the upgrade says nothing when it was asked too late.
void throw_if_halted(Rehearsal& r, const std::string& what) {
  for (const auto* n : r.view().all())
    if (n->line("upgrade-needed"))
      throw TimedOut("the chain was at the upgrade height before " + what +
                         "; this machine is too slow for the scenario's pace", kStalled);
}

Context context_of(Rehearsal& r) { return {r.view(), r.scenario(), r.profile()}; }

// Transactions that add the profile's own records, so that there is something to lose: one of each of these validators.
std::vector<NodeCommand> seeds(Rehearsal& r, const std::vector<std::string>& transaction,
                               const std::vector<const NodeView*>& validators) {
  std::vector<NodeCommand> commands;
  for (const auto* n : validators) {
    auto values = r.network().respondent(n->member.name).values;
    values["ordinal"] = std::to_string(commands.size() + 1);
    commands.push_back({n->member.name, fill(transaction, values, r.profile().file.string() + ": seed_transactions")});
  }
  return commands;
}

}  // namespace

void chain_upgrade(Rehearsal& r) {
  const auto& first = r.view().order.front();
  UpgradePlan plan{r.to.plan.empty() ? r.to.printed_version : r.to.plan, plan_info(r.to), 0};
  std::string proposal;
  bool all_voted = false;

  r.step("plan-none", "Check for pending upgrade: none", kPreparation, [&] {
    const auto a = r.ask("pending", {{"current-plan", first, {}, 0}}).front();
    if (!a.answered) throw StepFailed("the chain does not say what is planned: " + a.error);
    if (!a.absent) throw StepFailed("an upgrade is planned already: " + show_plan(a.value));
    return "asked over " + a.source;
  });

  r.enter("voting");
  r.step("propose", "Governance proposal submitted", "Upgrade Coordination Timeline", [&] {
    r.await("three blocks to measure", stored_on_all(3));
    plan.height = choose_height(r);
    // The first of the profile's transactions goes with the proposal, from whoever does not propose.
    auto validators = r.view().validators();
    auto rest = r.profile().seed_transactions;
    std::vector<NodeCommand> beside;
    if (validators.size() > 1 && !rest.empty()) {
      beside = seeds(r, rest.front(), {validators.begin() + 1, validators.end()});
      rest.erase(rest.begin());
    }
    proposal = submit_upgrade_proposal(r, plan, beside);
    r.record(record::PlanProposed{plan.name, plan.info, proposal, plan.height});
    for (const auto& transaction : rest) send_transactions(r, seeds(r, transaction, validators));
    return fmt::format("proposal {}: {} at height {}", proposal, plan.name, plan.height);
  });
  r.step("before", "State before the upgrade", kPreparation, [&] {
    const auto asked = r.ask(kBefore, questions_of(context_of(r), kBefore)).size();
    throw_if_halted(r, "its state could be asked for");
    return fmt::format("{} answers", asked);
  });
  r.step("vote", "Every validator votes", "Upgrade Coordination Timeline", [&] {
    all_voted = vote_all(r, proposal, r.scenario().upgrade.vote);
    return fmt::format("{} votes {}{}", r.view().validators().size(), to_string(r.scenario().upgrade.vote),
                       all_voted ? "" : ", not all in time");
  });
  r.step("stage", "Copy new binary", kAutomatic, [&] {
    for (const auto& n : r.network().nodes()) n->supervisor().stage(plan.name, r.to.artifact.binary);
    return fmt::format("{} nodes", r.network().nodes().size());
  });
  if (r.scenario().network.supervisor == SupervisorKind::cosmovisor)
    r.step("layout", "Cosmovisor layout", kSetup, [&] { return check_layout(r, plan.name); });
  r.step("passed", "Voting ends, upgrade confirmed", "Upgrade Coordination Timeline", [&] {
    await_passed(r, proposal, all_voted);
    r.record(record::Moment{"passed"});
    const auto a = r.ask("planned", {{"current-plan", first, {}, 0}}).front();
    throw_if_halted(r, "its plan could be asked for");
    if (!a.answered || a.absent)
      throw StepFailed("the proposal passed, but no upgrade is planned " + a.error);
    const auto height = a.value.contains("height") ? text_of(a.value["height"]) : "";
    if (a.value.value("name", "") != plan.name || height != std::to_string(plan.height) ||
        a.value.value("info", "") != plan.info)
      throw StepFailed("the plan is not the proposed one: " + a.value.dump());
    return show_plan(a.value);
  });

  r.enter("waiting");
  r.step("halt", "Chain halts at upgrade height", "Upgrade Coordination Timeline", [&] {
    r.await("halt at " + std::to_string(plan.height),
            on_every_node([&](const NodeView& n) { return lacks_halt_proof(n, plan.height); }));
    return fmt::format("height {} on all {} nodes", plan.height, r.view().nodes.size());
  });

  r.enter("swap");
  r.step("resume", "Chain resumes", "Upgrade Coordination Timeline", [&] {
    r.await("height " + std::to_string(plan.height + 1) + " on all", stored_on_all(plan.height + 1),
            {std::chrono::seconds(20), std::chrono::seconds(60)});
    r.ask(kResumed, questions_of(context_of(r), kResumed));
    return fmt::format("height {} on all nodes", plan.height + 1);
  });

  r.enter("first-block");
  r.step("blocks", "Check blocks producing", kVerification, [&] {
    const auto last = plan.height + r.scenario().upgrade.blocks_after;
    r.await("height " + std::to_string(last) + " on all", stored_on_all(last));
    return fmt::format("height {} on all nodes", last);
  });
  r.step("verify", "Full verification", kVerification, [&] {
    // What may still come true gets this long, and is asked for again with each block.
    constexpr auto kSettle = std::chrono::seconds(15);
    const auto start = Loop::Clock::now();
    std::size_t asked = 0;
    for (std::vector<std::string> open{""}; !open.empty() && Loop::Clock::now() - start < kSettle;) {
      const auto height = r.view().highest_height();
      asked = r.ask(kAfter, questions_of(context_of(r), kAfter)).size();
      open = unsettled(context_of(r));
      if (!open.empty()) r.await(fmt::format("{}", fmt::join(open, ", ")), above(height));
    }
    r.record(record::Moment{"asked"});
    return fmt::format("{} answers", asked);
  });
  r.enter("verified");
}

}  // namespace rehearse
