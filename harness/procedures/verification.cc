#include "harness/procedures/verification.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/diagnosis/diagnose.h"
#include "harness/procedures/survey.h"
#include "harness/procedures/transactions.h"
#include "harness/engine/goals.h"
#include "harness/view/starvation.h"
#include "harness/view/step_ids.h"

namespace rehearse {

Context context_of(Rehearsal& r) { return {r.view(), r.scenario(), r.profile()}; }

namespace {

std::string ask_before(Rehearsal& r, const Context& c) { return fmt::format("{} answers", r.ask(kBefore, questions_of(c, kBefore)).size()); }

}  // namespace

std::string ask_lists_before(Rehearsal& r) { return ask_before(r, context_of(r)); }

std::string ask_lists_of_chain_before(Rehearsal& r) {
  auto s = r.scenario();
  for (const auto& list : lists_of_chain())
    if (std::ranges::find(s.after, list) == s.after.end()) s.after.push_back(list);
  return ask_before(r, {r.view(), s, r.profile()});
}

std::string ask_state_before(Rehearsal& r) {
  ChainSurvey survey(r, kBefore);
  const auto answers = ask_lists_before(r);
  survey.end();
  return answers;
}

void ask_when_resumed(Rehearsal& r) { r.ask(kResumed, questions_of(context_of(r), kResumed)); }

namespace {

// What may still come true gets this long, and is asked for again with each block.
constexpr auto kSettle = std::chrono::seconds(15);

}  // namespace

std::string ask_until_settled(Rehearsal& r, Budget for_a_block) {
  const auto start = Loop::Clock::now();
  const auto begun = r.view().last_seen;
  std::size_t asked = 0;
  std::vector<std::string> open{""};
  while (!open.empty() && Loop::Clock::now() - start < kSettle) {
    const auto height = r.view().highest_height();
    asked = r.ask(kAfter, questions_of(context_of(r), kAfter)).size();
    open = unsettled(context_of(r));
    if (!open.empty()) r.await(fmt::format("{}", fmt::join(open, ", ")), above(height), for_a_block);
  }
  // A validator that was starved is late with every signature: nothing is wrong with the release.
  if (const auto starved = starved_since(r.view(), begun); starved && !open.empty())
    throw TimedOut(fmt::format("still open: {}", fmt::join(open, ", ")) + in_words(starved), Cause::machine_stalled);
  return fmt::format("{} answers", asked);
}

namespace {

// What is compared with the answers from then has had the chance to move on: after a late return H+K is there at once.
Goal block_since_resumed(const NetworkView& v) {
  const auto last = std::find_if(v.answers.rbegin(), v.answers.rend(), [&](const SeenAnswer& a) { return a.answer.checkpoint == v.named(kResumed); });
  const auto asked = last == v.answers.rend() ? 0 : last->seen;
  return [asked](const NetworkView& now) -> std::optional<Unmet> {
    if (!now.blocks.empty() && now.blocks.rbegin()->second.seen > asked) return std::nullopt;
    return Unmet{};
  };
}

// What each block writes is told from blocks without transactions, and that they are there is not left to chance. The commits that
// the first ones hold may lack nodes that are late to start.
void await_blocks_to_compare(Rehearsal& r) {
  constexpr std::int64_t kLate = 3;
  const auto& v = r.view();
  if (v.plan && !v.leg() && context_of(r).applied())
    r.await("blocks without transactions", past_blocks_without_transactions(v.plan->height + kLate, record::BlockWrites::kLeastSince));
}

// None when a rule of diagnosis knows better.
Cause cause_of_item(const NetworkView& v, const record::CheckResult& item) {
  const auto& all = rules();
  return std::any_of(all.begin(), all.end(), [&](const Rule& rule) { return rule.find(v).has_value(); }) ? Cause::none : cause_of_failed(item);
}

std::string hold_against_lists(Rehearsal& r) {
  std::size_t held = 0;
  for (const auto& list : r.scenario().after)
    for (const auto& item : judge_checklist(context_of(r), list)) {
      const auto what = fmt::format("{} ({}): {}", item.title, item.subject, item.message);
      if (item.outcome == record::Outcome::fail) throw StepFailed(what, cause_of_item(r.view(), item));
      if (item.outcome == record::Outcome::inconclusive) throw Error(Blame::machine, what + "; nothing is proven by going on");
      held += item.outcome == record::Outcome::pass;
    }
  return fmt::format("{} items hold", held);
}

std::string ask_finally(Rehearsal& r) {
  const auto answers = ask_until_settled(r);
  if (r.view().leg()) return answers + ", " + hold_against_lists(r);
  r.record(record::Milestone{MilestoneName::asked});
  return answers;
}

}  // namespace

void verify(Rehearsal& r) {
  r.enter(Phase::first_block);
  ChainSurvey survey(r, kAfter);
  TransactionsAfter transactions(r);
  r.step(step_id::blocks, "Check blocks producing", kVerification, [&] {
    const auto last = context_of(r).last_height();
    r.await("height " + std::to_string(last) + " on all", executed_on_all(last));
    r.await("another block", block_since_resumed(r.view()));
    return fmt::format("height {} on all nodes", last);
  });
  if (!r.view().leg()) r.end_background_task();  // what comes after a leg may want it still
  r.step("verify", "Full verification", kVerification, [&] {
    survey.end();
    transactions.end();
    await_blocks_to_compare(r);
    return ask_finally(r);
  });
  r.enter(Phase::verified);
}

}  // namespace rehearse
