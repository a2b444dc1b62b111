// Votes Counted: a validator's vote after the upgrade is worth what is bonded to it, as it was before.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/judge/checks/bonded.h"
#include "harness/judge/checks/checklist.h"
#include "harness/judge/checks/kept.h"
#include "harness/judge/service.h"
#include "localnet/base/number.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

using record::Json;

// What its own delegations to others, and rounding, may add.
constexpr double kOff = 0.05;

// All options together, of a tally as x/gov writes it; 0: it is none.
double counted_in(const Json& tally) {
  double all = 0;
  if (!tally.is_object()) return all;
  for (const auto& [option, count] : tally.items())
    if (option.ends_with("_count")) all += static_cast<double>(whole_number<std::int64_t>(text_of(count)).value_or(0));
  return all;
}

// Of all that are bonded, or of that operator alone.
double bonded_tokens(const Json& validators, const std::string& of = "") {
  const auto who = bonded(validators);
  double all = 0;
  for (const auto& v : who.empty() ? Json::array() : validators)
    if (const auto address = v.value("operator_address", ""); who.contains(address) && (of.empty() || address == of))
      all += static_cast<double>(whole_number<std::int64_t>(text_of(v.value("tokens", Json("")))).value_or(0));
  return all;
}

// Of the last proposal that passed before the upgrade: what was counted, as a part of what is bonded; 0: none is known.
double counted_before(const Context& c) {
  const auto before = look_up(c, kBefore, validators_question(c));
  const auto bonded = before.answer ? bonded_tokens(before.answer->answer.value) : 0;
  const auto passed = std::find_if(c.view.answers.rbegin(), c.view.answers.rend(), [](const SeenAnswer& a) {
    return a.answer.question == question::proposal && a.answer.value.is_object() && a.answer.value.value("status", "") == "PROPOSAL_STATUS_PASSED";
  });
  if (passed == c.view.answers.rend() || bonded == 0) return 0;
  return counted_in(passed->answer.value.value("final_tally_result", Json())) / bonded;
}

std::vector<Question> ask_of_voters(const Context& c, const std::string& checkpoint, const std::string&) {
  return asked_at_both({validators_question(c)}, checkpoint);
}

Finding judge_counted(const Context& c, const std::string&) {
  const auto after = transactions_at(c.view, kAfter);
  const auto vote = std::ranges::find_if(after, [](const auto& t) { return t.transaction == "vote" && was_accepted(t) && counted_in(t.is) > 0; });
  if (vote == after.end()) return skipped("needs a vote after the upgrade, and its tally");
  // A chain that gives votes another weight than their stake, or of which too few vote, says nothing here.
  constexpr double kLeast = 0.3;
  if (const auto part = counted_before(c); part < kLeast || part > 1 + kOff) return skipped("the chain did not count votes by what is bonded before the upgrade");
  const auto voters = c.view.validators();
  const auto voter = std::ranges::find_if(voters, [&](const NodeView* n) { return n->member.account == vote->account; });
  const auto [answer, missing] = look_up(c, kAfter, validators_question(c));
  if (!answer) return missing;
  const auto tokens = voter == voters.end() ? 0 : bonded_tokens(answer->answer.value, (*voter)->member.operator_address);
  if (tokens == 0) return skipped("who voted is no bonded validator");
  const auto counted = counted_in(vote->is);
  const auto want = fmt::format("{:.0f}, as much as is bonded to {}", tokens, (*voter)->member.name), have = fmt::format("{:.0f}", counted);
  if (std::abs(counted - tokens) > kOff * tokens)
    return failed(fmt::format("a vote of {} counts for {:.2f} times what is bonded to it", (*voter)->member.name, counted / tokens), want, have, {"tally: " + vote->is.dump()});
  return passed(want, have);
}

}  // namespace

std::vector<Check> votes_counted_checks() {
  return {{"Votes Counted", Scope::network, ask_of_voters, judge_counted}};
}

}  // namespace rehearse
