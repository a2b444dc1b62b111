#include "harness/judge/checks/delegations.h"

#include <fmt/format.h>

#include <cstdlib>

#include "harness/judge/absence.h"
#include "harness/judge/checks/kept.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

Question own_delegation(const Context& c, const record::Member& validator) {
  return {question::delegation, first_validator(c), {{"delegator", validator.account}, {"validator", validator.operator_address}}, 0};
}

std::vector<Question> ask_delegations(const Context& c, const std::string& checkpoint, const std::string&) {
  std::vector<Question> all;
  for (const auto* n : c.view.validators()) all.push_back(own_delegation(c, n->member));
  return asked_at_both(std::move(all), checkpoint);
}

// It was jailed, and is worth less by no more than what x/slashing takes of it then.
bool is_slashed(const Context& c, const record::Member& validator, const std::string& before, const std::string& after) {
  const auto* info = c.view.answer(kAfter, question::signing_info, validator.name);
  const auto fraction = slashing_parameter(c.view.survey(kAfter), "slash_fraction_downtime");
  if (!info || !was_jailed(info->answer.value) || !fraction) return false;
  constexpr long double kRounded = 1, kOfNumbers = 1e-12L;  // down to a whole coin; the fraction as a binary number
  const auto was = std::strtold(before.c_str(), nullptr), is = std::strtold(after.c_str(), nullptr);
  return is < was && is >= was * (1 - *fraction - kOfNumbers) - kRounded;
}

Finding judge_delegations(const Context& c, const std::string&) {
  std::size_t compared = 0, slashed = 0;
  for (const auto* n : c.view.validators()) {
    const auto q = own_delegation(c, n->member);
    const auto [before, after, missing] = look_up_both(c, q);
    if (!after) return missing;
    if (before->answer.absent) return inconclusive("there was none before the upgrade: " + q.name);
    ++compared;
    const auto want = text_of(before->answer.value), have = after->answer.absent ? "none" : text_of(after->answer.value);
    if (want == have) continue;
    if (!is_slashed(c, n->member, want, have))
      return failed(fmt::format("what {} has delegated to itself changed in the upgrade", n->member.name), want, have, {after->answer.source});
    ++slashed;
  }
  return passed("delegations as before, less what was slashed", fmt::format("{} compared, {} slashed", compared, slashed));
}

}  // namespace

Check delegations_check() { return {"Delegations Kept", Scope::network, ask_delegations, judge_delegations}; }

}  // namespace rehearse
