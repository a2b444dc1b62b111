#include "harness/procedures/governed.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/engine/goals.h"
#include "harness/procedures/next_block.h"
#include "harness/procedures/operator.h"
#include "harness/procedures/preparation.h"
#include "harness/procedures/verification.h"
#include "harness/view/step_ids.h"
#include "localnet/base/log.h"
#include "localnet/base/sha256.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

std::string show_plan(const record::Json& plan) {
  return fmt::format("{} at height {}", plan.value("name", "?"),
                     plan.contains("height") ? text_of(plan["height"]) : "?");
}

// Halted for the upgrade: it says so, and the pair (block store H, application H-1), live or, where a
// supervisor was quicker, from what the next process replays (design invariant 4).
std::string lacks_halt_proof(const NodeView& n, std::int64_t height) {
  if (!n.halt) return fmt::format("is at {}", n.head.store_height);
  const SeenLine* replay = nullptr;  // the latest
  for (const auto& l : n.lines)
    if (l.pattern == Pattern::replay_blocks) replay = &l;
  const bool live = n.stored_at(height) && n.app_hashes.contains(height - 1) && !n.committed_at(height);
  const bool replayed = replay && replay->line.captures.size() == 2 &&
                        replay->line.captures[0] == std::to_string(height - 1) &&
                        replay->line.captures[1] == std::to_string(height);
  // The new binary met H: nobody had committed it before.
  const bool applied =
      n.line(Pattern::applying_upgrade) || (n.incarnation > n.halt->incarnation && n.committed_at(height));
  return live || replayed || applied
             ? ""
             : "has not shown that block " + std::to_string(height) + " is stored and not applied";
}

// As a proposer writes it who makes that mistake.
std::string plan_info_as(Release release, PlanInfo what) {
  if (what == PlanInfo::wrong_checksum) release.artifact.sha256 = sha256_hex(release.artifact.sha256);
  const auto info = plan_info(release);
  if (what != PlanInfo::other_platform) return info;
  auto json = record::Json::parse(info);
  return record::Json{{"binaries", {{"plan9/mips", json["binaries"].front()}}}}.dump();
}

}  // namespace

GovernedUpgrade::GovernedUpgrade(Rehearsal& r)
    : r_(r),
      plan_{r.to().plan.empty() ? r.to().printed_version : r.to().plan,
            plan_info_as(r.to(), r.scenario().upgrade.plan_info), 0} {
  // A run that goes on from a checkpoint finds its plan proposed, with the address of the release server that was there then.
  if (const auto& v = r.view(); v.forked && v.plan && v.plan_leg == v.named(""))
    plan_ = {v.plan->name, v.plan->info, v.plan->height}, proposal_ = v.plan->proposal, proposed_ = 1;
}

std::string ask_for_no_plan(Rehearsal& r, const std::string& checkpoint, const std::string& complaint) {
  const auto a = r.ask(checkpoint, {{question::current_plan, r.view().order.front(), {}, 0}}).front();
  if (!a.answered) throw StepFailed("the chain does not say what is planned: " + a.error);
  if (!a.absent) throw StepFailed(complaint + ": " + show_plan(a.value));
  return "asked over " + a.source;
}

void GovernedUpgrade::go_through_vote() {
  expect_no_plan();
  propose();
  vote();
  ask_before();
  pass();
}

void GovernedUpgrade::expect_no_plan() {
  r_.step("plan-none", "Check for pending upgrade: none", kPreparation,
          [&] { return ask_for_no_plan(r_, "pending", "an upgrade is planned already"); });
}

// When the plan's height will be reached: late enough that the vote is over, and not later. Each time twice as late.
std::int64_t GovernedUpgrade::choose_height() const {
  const auto& u = r_.scenario().upgrade;
  if (u.height_in) return r_.view().highest_height() + u.height_in;
  return height_after(r_, seconds_to_pass(r_) * (1 << proposed_) + r_.view().network->voting_period_s * u.lead);
}

void GovernedUpgrade::submit() {
  plan_.height = choose_height();
  proposal_ = submit_proposal(
      r_, {"Upgrade to " + plan_.name,
           {{"@type", "/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade"},
            {"plan", {{"name", plan_.name}, {"height", std::to_string(plan_.height)}, {"info", plan_.info}}}},
           r_.scenario().upgrade.expedited});
  ++proposed_;
  r_.record(record::PlanProposed{plan_.name, plan_.info, proposal_, plan_.height});
}

void GovernedUpgrade::propose() {
  r_.enter(Phase::voting);
  r_.step(step_id::propose, "Governance proposal submitted", kTimeline, [&] {
    submit();
    return fmt::format("{}proposal {}: {} at height {}", r_.scenario().upgrade.expedited ? "expedited " : "",
                       proposal_, plan_.name, plan_.height);
  });
}

// What is asked before the upgrade says nothing when it was asked too late.
void GovernedUpgrade::throw_if_halted(const std::string& before_what) const {
  for (const auto* n : r_.view().all())
    if (n->halt) throw too_late(r_.view(), "the chain was at the upgrade height before " + before_what);
}

void GovernedUpgrade::vote() {
  const auto& u = r_.scenario().upgrade;
  const auto who =
      u.voters.empty() ? "Every validator votes" : fmt::format("Voting: {}", fmt::join(u.voters, ", "));
  r_.step("vote", who, kTimeline, [&] {
    all_voted_ = vote_all(r_, proposal_);
    return fmt::format("votes {}{}", to_string(u.vote), all_voted_ ? "" : ", not all in time");
  });
}

void GovernedUpgrade::ask_before() {
  r_.step("before", "State before the upgrade", kPreparation, [&] {
    survey_.emplace(r_, kBefore);
    make_records(r_);
    transactions_.emplace(r_, proposal_);
    const auto answers = ask_lists_of_chain_before(r_);
    throw_if_halted("its state could be asked for");
    return answers;
  });
}

// Where blocks have come faster than they had before, the height is past when the votes are counted, and the plan is refused.
// What operators do then is done: it is proposed once more, for a later height.
void GovernedUpgrade::await_end_of_vote() {
  constexpr int kMostTimes = 3;
  for (;;) {
    try {
      return await_passed(r_, proposal_, all_voted_);
    } catch (const StepFailed& e) {
      throw_if_halted("the end of its vote could be asked for");
      const bool ours = r_.scenario().upgrade.height_in == 0 && e.cause == Cause::proposal_failed;
      if (!ours || r_.view().highest_height() < plan_.height) throw;
      if (proposed_ == kMostTimes) throw too_late(r_.view(), e.what());
      log_info(fmt::format("proposed once more: {}", e.what()));
    }
    submit();
    all_voted_ = vote_all(r_, proposal_);
  }
}

void GovernedUpgrade::pass() {
  r_.step(step_id::passed, "Voting ends, upgrade confirmed", kTimeline, [&] {
    await_end_of_vote();
    r_.record(record::Milestone{MilestoneName::passed});
    const auto a = r_.ask("planned", {{question::current_plan, r_.view().order.front(), {}, 0}}).front();
    throw_if_halted("its plan could be asked for");
    if (!a.answered || a.absent)
      throw StepFailed("the proposal passed, but no upgrade is planned " + a.error);
    const auto height = a.value.contains("height") ? text_of(a.value["height"]) : "";
    if (a.value.value("name", "") != plan_.name || height != std::to_string(plan_.height) ||
        a.value.value("info", "") != plan_.info)
      throw StepFailed("the plan is not the proposed one: " + a.value.dump());
    if (survey_) survey_->end();
    if (transactions_) transactions_->end();
    return show_plan(a.value) + (proposed_ > 1 ? fmt::format("; proposed {} times: the height was past before the votes were counted", proposed_) : "");
  });
}

void GovernedUpgrade::await_halt() {
  r_.enter(Phase::waiting);
  check_finally(r_);
  r_.step("halt", "Chain halts at upgrade height", kTimeline, [&] {
    r_.await("halt at " + std::to_string(plan_.height),
             on_every_node([&](const NodeView& n) { return lacks_halt_proof(n, plan_.height); }), kWhileBlocksCome);
    return fmt::format("height {} on all {} nodes", plan_.height, r_.view().nodes.size());
  });
}

void GovernedUpgrade::resume() {
  r_.step("resume", "Chain resumes", kTimeline, [&] {
    await_next_block(r_, plan_.height);
    ask_when_resumed(r_);
    return fmt::format("height {} on all nodes{}", plan_.height + 1, migration_times(r_.view(), plan_.height));
  });
}

}  // namespace rehearse
