#include "harness/procedures/unbondings.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <set>

#include "harness/engine/goals.h"
#include "harness/procedures/afterwards.h"
#include "harness/procedures/transaction_batch.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using boost::multiprecision::cpp_int;
using record::Json;

namespace {

constexpr Micros kMostUnbonding = 45'000'000;

struct Unbonding {
  std::string delegator, validator;  // addresses
  std::int64_t began = 0;            // height
  Micros until = 0;                  // of the chain's clock
  cpp_int amount = 0;                // of the staking denomination; more than 64 bits where that has 18 decimals

  bool operator==(const Unbonding&) const = default;
  std::string text() const { return fmt::format("{} of {}, taken from {} at {}", amount.str(), delegator, validator, began); }
};

Json answer_to(Rehearsal& r, const char* question, const Values& args) {
  return answer_of_chain(r, "unbonding", {question, first_in_reach(r), args, 0});
}

Unbonding read_entry(const std::string& delegator, const std::string& validator, const Json& entry) {
  return {delegator, validator, number_in(entry.value("creation_height", Json("0"))), parse_time(entry.value("completion_time", "")),
          cpp_int(entry.value("balance", "0"))};
}

// Of all validators, those beside the set among them.
std::vector<Unbonding> unbondings(Rehearsal& r) {
  std::vector<Unbonding> all;
  for (const auto& v : answer_to(r, question::validators, {})) {
    const auto validator = v.value("operator_address", "");
    for (const auto& d : answer_to(r, question::unbondings, {{"validator", validator}}))
      for (const auto& entry : d.value("entries", Json::array())) all.push_back(read_entry(d.value("delegator_address", ""), validator, entry));
  }
  return all;
}

using Amounts = std::map<std::string, cpp_int>;  // by delegator

Amounts balances_of(Rehearsal& r, const std::vector<Unbonding>& unbonding) {
  Amounts all;
  for (const auto& u : unbonding) {
    if (all.contains(u.delegator)) continue;
    const auto balance = answer_to(r, question::balance, {{"address", u.delegator}});
    all[u.delegator] = balance.is_string() ? cpp_int(balance.get<std::string>()) : cpp_int(0);
  }
  return all;
}

struct Before {
  std::vector<Unbonding> open;
  Amounts balances;
};

// Taken once more where something was paid out in between.
Before look(Rehearsal& r) {
  for (auto open = unbondings(r);;) {
    auto balances = balances_of(r, open);
    auto again = unbondings(r);
    if (again == open) return {std::move(open), std::move(balances)};
    open = std::move(again);
  }
}

// Whatever has come of age by then is over on the chain. One at a time: the next of the same delegator and validator takes with it
// what was forgotten before.
void await_end(Rehearsal& r, Micros until) {
  await_of_chain(r, "the end of what unbonds", later_than(until));
  const auto block = std::ranges::find_if(r.view().blocks, [until](const auto& b) { return b.second.block.time > until; })->second.block;
  await_of_chain(r, fmt::format("block {} on every node", block.height), executed_on_all(block.height));
  for (const auto& u : unbondings(r))
    if (u.until <= until)
      throw StepFailed(fmt::format("{} is still unbonding after block {}, {:.1f} s after its time was over", u.text(), block.height,
                                   static_cast<double>(block.time - u.until) / 1e6),
                       Cause::afterwards_failed);
}

void check_paid(const Before& before, const Amounts& after) {
  Amounts due;
  for (const auto& u : before.open) due[u.delegator] += u.amount;
  for (const auto& [delegator, amount] : due)
    if (const cpp_int got = after.at(delegator) - before.balances.at(delegator); got < amount)
      throw StepFailed(fmt::format("{} has got {} of the {} that it unbonded", delegator, got.str(), amount.str()), Cause::afterwards_failed);
}

}  // namespace

std::string await_unbondings(Rehearsal& r) {
  const auto before = look(r);
  const auto& open = before.open;
  if (open.empty()) throw StepFailed("nobody unbonds: there is nothing to rehearse", Cause::not_proven);
  std::set<Micros> ends;
  for (const auto& u : open) ends.insert(u.until);
  if (*ends.rbegin() > r.view().blocks.rbegin()->second.block.time + kMostUnbonding)
    throw StepFailed("the last of what unbonds is over later than a rehearsal ends: set app_state.staking.params.unbonding_time", Cause::not_proven);
  for (const auto until : ends) await_end(r, until);
  check_paid(before, balances_of(r, open));
  const auto older = std::ranges::count_if(open, [&](const auto& u) { return u.began < r.view().plan->height; });
  return fmt::format("{} unbonding delegations are paid out, {} of them begun before the upgrade", open.size(), older);
}

}  // namespace rehearse
