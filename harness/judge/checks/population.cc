// A chain in use has thousands of accounts and votes under way: all of it is compared by value, before and after.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/checks/kept.h"
#include "harness/judge/service.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

using record::Json;

Question asked_first(const Context& c, const char* name, std::map<std::string, std::string> args = {}) {
  return {name, first_validator(c), std::move(args), 0};
}

// --- Every Balance Kept: of the accounts from the genesis, whose keys nobody has

std::map<std::string, std::string> balances_in(const SeenAnswer& a) {
  std::map<std::string, std::string> all;
  for (const auto& owner : a.answer.value) all[owner.at("address")] = text_of(owner.at("balance").at("amount"));
  return all;
}

std::vector<Question> ask_balances(const Context& c, const std::string& checkpoint, const std::string&) {
  if (!c.scenario.network.population.accounts) return {};
  return asked_at_both({asked_first(c, question::balances)}, checkpoint);
}

Finding judge_balances(const Context& c, const std::string&) {
  const auto count = c.scenario.network.population.accounts;
  if (!count) return skipped("the scenario's network has no accounts to compare");
  const auto [before, after, missing] = look_up_both(c, asked_first(c, question::balances));
  if (!after) return missing;
  const auto want = balances_in(*before), have = balances_in(*after);
  std::vector<std::string> wrong;
  for (std::int64_t i = 1; i <= count; ++i) {
    const auto address = generated_account(i, c.profile.chain.bech32);
    if (!want.contains(address)) return inconclusive("the chain did not have account " + address + " before the upgrade");
    const auto found = have.find(address);
    if (found == have.end() || found->second != want.at(address))
      wrong.push_back(fmt::format("{} has {}, not {}", address, found == have.end() ? "nothing" : found->second, want.at(address)));
  }
  const auto expected = fmt::format("{} balances as before", count);
  if (wrong.empty()) return passed(expected, fmt::format("{} compared", count), {after->answer.source});
  return failed(wrong.front() + (wrong.size() > 1 ? fmt::format(", and {} more", wrong.size() - 1) : ""), expected,
                fmt::format("{} differ", wrong.size()), {after->answer.source});
}

// --- Every Delegation Kept: but for those of accounts that the rehearsal itself sends transactions of

Json without_tried(const Context& c, const Json& delegations) {
  auto kept = Json::array();
  for (const auto& d : delegations) {
    static const Json::json_pointer at("/delegation/delegator_address");
    if (!has_sent(c.view, d.value(at, ""))) kept.push_back(d);
  }
  return kept;
}

std::vector<Question> delegation_questions(const Context& c) {
  std::vector<Question> all;
  if (c.scenario.network.population.delegations)
    for (const auto* n : c.view.validators())
      all.push_back(asked_first(c, question::delegations, {{"validator", n->member.operator_address}}));
  return all;
}

std::vector<Question> ask_delegations_in_use(const Context& c, const std::string& checkpoint, const std::string&) {
  return asked_at_both(delegation_questions(c), checkpoint);
}

Finding judge_delegations_in_use(const Context& c, const std::string&) {
  const auto least = static_cast<std::size_t>(c.scenario.network.population.delegations);
  if (!least) return skipped("the scenario's network has no delegations to compare");
  std::size_t count = 0;
  for (const auto& q : delegation_questions(c)) {
    const auto [before, after, missing] = look_up_both(c, q);
    if (!after) return missing;
    const auto want = without_tried(c, before->answer.value), have = without_tried(c, after->answer.value);
    count += want.size();
    if (want != have) {
      const auto patch = Json::diff(want, have);
      return failed("delegations to " + q.args.at("validator") + " changed in the upgrade", "as before",
                    fmt::format("{} places differ, the first is {}", patch.size(), patch.front().value("path", "")),
                    {after->answer.source});
    }
  }
  if (count < least) return inconclusive(fmt::format("the chain had {} delegations before the upgrade", count));
  return passed(fmt::format("{} delegations as before", least), fmt::format("{} compared", count));
}

// --- Votes Under Way: the proposal that is voted on all through the upgrade, and its votes

std::vector<Question> vote_questions(const Context& c) {
  if (!c.scenario.network.population.votes) return {};
  return {asked_first(c, question::proposal, {{"id", kProposalUnderWay}}), asked_first(c, question::votes, {{"id", kProposalUnderWay}})};
}

std::vector<Question> ask_votes(const Context& c, const std::string& checkpoint, const std::string&) {
  return asked_at_both(vote_questions(c), checkpoint);
}

Finding judge_votes(const Context& c, const std::string&) {
  const auto least = static_cast<std::size_t>(c.scenario.network.population.votes);
  if (!least) return skipped("the scenario has no vote under way");
  std::size_t votes = 0;
  for (const auto& q : vote_questions(c)) {
    const auto [before, after, missing] = look_up_both(c, q);
    if (!after) return missing;
    if (before->answer.absent || before->answer.value.empty())
      return inconclusive("before the upgrade there was no " + q.name + " of proposal " + q.args.at("id"));
    if (before->answer.value != after->answer.value)
      return failed(q.name + " of proposal " + q.args.at("id") + " changed in the upgrade", before->answer.value.dump(),
                    after->answer.absent ? "none" : after->answer.value.dump(), {after->answer.source});
    votes = before->answer.value.size();
  }
  if (votes < least) return inconclusive(fmt::format("the chain had {} votes before the upgrade", votes));
  return passed("the proposal and its votes as before", fmt::format("{} votes", votes));
}

}  // namespace

std::vector<Check> population_checks() {
  return {
      {"Every Balance Kept", Scope::network, ask_balances, judge_balances},
      {"Every Delegation Kept", Scope::network, ask_delegations_in_use, judge_delegations_in_use},
      {"Votes Under Way Kept", Scope::network, ask_votes, judge_votes},
  };
}

}  // namespace rehearse
