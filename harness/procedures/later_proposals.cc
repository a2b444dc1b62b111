#include "harness/procedures/later_proposals.h"

#include <fmt/format.h>

#include "harness/judge/service.h"
#include "harness/procedures/afterwards.h"
#include "harness/procedures/governance.h"
#include "harness/procedures/transaction_batch.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using record::Json;

namespace {

constexpr const char* kChanged = "signed_blocks_window";  // a block more or less is of no importance

[[noreturn]] void fail(const std::string& what) { throw StepFailed(what, Cause::afterwards_failed); }

Json asked(Rehearsal& r, const char* question) {
  return answer_of_chain(r, "governance", {question, first_in_reach(r), {}, 0});
}

Json slashing_params(Rehearsal& r) {
  auto params = asked(r, question::slashing_params);
  if (!params.is_object() || !params.contains(kChanged))
    fail(fmt::format("x/slashing has no parameter {}", kChanged));
  return params;
}

// A release may have changed what a proposal needs, or how long it is voted on; on purpose, if it is announced.
void check_votable(Rehearsal& r, const std::string& id) {
  constexpr int kTimes = 4;
  const auto a = r.ask("governance", {{question::proposal, first_in_reach(r), {{"id", id}}, 0}}).front();
  if (!a.answered || !a.value.is_object()) return;  // who waits for the end of voting says why
  const auto changed = [&](const std::string& parameter, const std::string& what) {
    const bool announced = announces(announced_changes(r.view()).parameters, "gov." + parameter);
    throw StepFailed(what, announced ? Cause::not_proven : Cause::afterwards_failed);
  };
  if (a.value.value("status", "") == "PROPOSAL_STATUS_DEPOSIT_PERIOD")
    changed("min_deposit", fmt::format("proposal {} is not voted on: its deposit, {}, is not enough since the upgrade", id,
                                       r.profile().governance.deposit));
  const auto until = parse_time(a.value.value("voting_end_time", ""));
  const auto now = r.view().blocks.empty() ? Micros{0} : r.view().blocks.rbegin()->second.block.time;
  if (static_cast<double>(until - now) / 1e6 > kTimes * std::max(1.0, r.view().network->voting_period_s))
    changed("voting_period", fmt::format("proposal {} is voted on until {}: the voting period was {:.1f} s before the upgrade", id,
                                         a.value.value("voting_end_time", ""), r.view().network->voting_period_s));
}

struct Voted {
  std::string proposal;
  bool all_voted = false;
};

Voted vote_on(Rehearsal& r, const Proposal& proposal) {
  const auto id = submit_proposal(r, proposal);
  check_votable(r, id);
  return {id, approve(r, id)};
}

// Operators have done here what has worked before the upgrade: what becomes of it now is the release's.
void await_passed(Rehearsal& r, const Voted& v) {
  try {
    await_passed(r, v.proposal, v.all_voted);
  } catch (const TimedOut&) {
    throw;
  } catch (const StepFailed& e) {
    fail(e.what());
  }
}

}  // namespace

std::string pass_later_proposals(Rehearsal& r) {
  constexpr std::int64_t kFarAway = 100'000;
  auto wanted = slashing_params(r);
  const auto window = std::to_string(number_in(wanted[kChanged]) + 1);
  wanted[kChanged] = window;
  const auto name = "after-" + r.view().plan->name;
  const auto height = std::to_string(r.view().highest_height() + kFarAway);
  const auto parameters = vote_on(
      r, {"Another window", {{"@type", "/cosmos.slashing.v1beta1.MsgUpdateParams"}, {"params", wanted}}});
  const auto next = vote_on(r, {"The next upgrade",
                                {{"@type", "/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade"},
                                 {"plan", {{"name", name}, {"height", height}, {"info", ""}}}}});
  await_passed(r, parameters);
  if (const auto params = slashing_params(r); params != wanted)
    fail(fmt::format("proposal {} has passed, and the parameters are {}, not {}", parameters.proposal,
                     params.dump(), wanted.dump()));

  await_passed(r, next);
  const auto plan = asked(r, question::current_plan);
  if (!plan.is_object() || plan.value("name", "") != name || text_of(plan.value("height", Json())) != height)
    fail(fmt::format("proposal {} has passed, and the plan is {}", next.proposal, plan.dump()));

  const auto cancelled =
      vote_on(r, {"No next upgrade", {{"@type", "/cosmos.upgrade.v1beta1.MsgCancelUpgrade"}}});
  await_passed(r, cancelled);
  if (const auto left = asked(r, question::current_plan); !left.is_null())
    fail(fmt::format("proposal {} has passed, and the plan is still {}", cancelled.proposal, left.dump()));
  return fmt::format("{} is {} by proposal {}; {} was planned for {} by {}, and called off by {}", kChanged,
                     window, parameters.proposal, name, height, next.proposal, cancelled.proposal);
}

}  // namespace rehearse
