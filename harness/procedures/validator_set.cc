#include "harness/procedures/validator_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "harness/engine/goals.h"
#include "harness/procedures/afterwards.h"
#include "harness/procedures/governance.h"
#include "harness/procedures/transaction_batch.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using boost::multiprecision::cpp_int;
using record::Json;

namespace {

const record::Member& member(Rehearsal& r, const std::string& name) { return r.view().nodes.at(name).member; }

// A validator as the chain lists it.
Json listed(Rehearsal& r, const std::string& name) {
  const auto a = r.ask("validator-set", {{question::validators, first_in_reach(r), {}, 0}}).front();
  if (!a.answered || !a.value.is_array())
    throw StepFailed("the chain does not list its validators: " + a.error, Cause::afterwards_failed);
  for (const auto& v : a.value)
    if (v.value("operator_address", "") == member(r, name).operator_address) return v;
  throw StepFailed("the chain does not list " + name, Cause::afterwards_failed);
}

// More than 64 bits where the staking denomination has 18 decimals.
cpp_int tokens_of(Rehearsal& r, const std::string& name) { return cpp_int(listed(r, name).value("tokens", "0")); }

bool is_in(const Json& set, const record::Member& m) {
  return std::ranges::any_of(set,
                             [&](const Json& v) { return v.value("address", "") == m.consensus_address; });
}

// The height from which on the one is in CometBFT's set and the other is not.
std::int64_t await_set(Rehearsal& r, const std::string& in, const std::string& out) {
  constexpr std::int64_t kMostBlocks = 12;  // it takes two
  const auto first = r.view().highest_height();
  for (auto height = first; height <= first + kMostBlocks; height = r.view().highest_height()) {
    const auto a = r.ask("validator-set", {{question::validator_set, first_in_reach(r), {}, height}}).front();
    if (a.answered && a.value.is_array() && is_in(a.value, member(r, in)) && !is_in(a.value, member(r, out)))
      return height;
    await_of_chain(r, fmt::format("{} in the validator set in the place of {}", in, out), above(height));
  }
  throw StepFailed(
      fmt::format("{} has more stake than {}, and is not in its place in the validator set of block {}", in,
                  out, r.view().highest_height()),
      Cause::afterwards_failed);
}

// Sent by the validator from its own account; the height at which `in` was seen to be in the place of `out`,
// and to sign.
std::int64_t shift_stake(Rehearsal& r, const char* command, const std::string& of, const cpp_int& amount,
                         const std::string& in, const std::string& out) {
  const Values values = {{"validator", member(r, of).operator_address}, {"amount", amount.str()}};
  send_transactions(r, {{of, r.command(command, of, values)}});
  const auto height = await_set(r, in, out);
  await_of_chain(r, in + " to sign", signs_above(in, height));
  return height;
}

}  // namespace

std::string change_validator_set(Rehearsal& r) {
  constexpr int kRounds = 2;
  const auto& network = r.scenario().network;
  const auto &enters = network.inactive.front().first, leaves = smallest_validator(network);
  const cpp_int lead = tokens_of(r, leaves) - tokens_of(r, enters);
  if (lead <= 0)
    throw StepFailed(fmt::format("{} has no less stake than {}, and should be in the set", enters, leaves),
                     Cause::afterwards_failed);
  std::vector<std::string> heights;
  for (int round = 0; round < kRounds; ++round) {
    const auto in = shift_stake(r, "delegate", enters, 2 * lead, enters, leaves);
    const auto out = shift_stake(r, "undelegate", enters, 2 * lead, leaves, enters);
    heights.push_back(fmt::format("from {} to {}", in, out));
  }
  return fmt::format("{} in the place of {} {}; who was in has signed", enters, leaves,
                     fmt::join(heights, ", "));
}

void await_jailed(Rehearsal& r, const std::vector<std::string>& names) {
  constexpr std::int64_t kMostBlocks = 200;
  const auto first = r.view().highest_height();
  for (const auto& name : names)
    while (!listed(r, name).value("jailed", false)) {
      const auto height = r.view().highest_height();
      if (height > first + kMostBlocks)
        throw StepFailed(fmt::format("{} was away for {} blocks, and is not jailed; is the window of "
                                     "x/slashing shorter than that?",
                                     name, height - first),
                         Cause::not_proven);
      r.await(name + " to be jailed", above(height));
    }
}

namespace {

Goal caught_up_to(const std::string& name, std::int64_t height) {
  return [name, height](const NetworkView& v) -> std::optional<Unmet> {
    const auto& head = v.nodes.at(name).head;
    if (!head.catching_up && head.store_height >= height) return std::nullopt;
    return Unmet{{name}, fmt::format("is at {}", head.store_height)};
  };
}

}  // namespace

std::string unjail(Rehearsal& r, const std::vector<std::string>& names) {
  constexpr Micros kMostInJail = 30'000'000;
  std::vector<std::string> back;
  for (const auto& name : names) {
    if (!listed(r, name).value("jailed", false))
      throw StepFailed(name + " is not jailed: there is nothing to rehearse", Cause::not_proven);
    await_of_chain(r, name + " to catch up", caught_up_to(name, r.view().highest_height()));
    const auto info = r.ask("unjail", {{question::signing_info, name, {}, 0}}).front();
    const auto until = info.answered && info.value.is_object() ? info.value.value("jailed_until", "") : "";
    if (until.empty())
      throw StepFailed("the chain does not say until when " + name + " is jailed", Cause::afterwards_failed);
    const auto last = r.view().blocks.rbegin()->second.block.time;
    if (parse_time(until) > last + kMostInJail)
      throw StepFailed(fmt::format("{} is jailed until {}: a rehearsal has no such time; set "
                                   "app_state.slashing.params.downtime_jail_duration",
                                   name, until),
                       Cause::not_proven);
    await_of_chain(r, "the end of its time in jail", later_than(parse_time(until)));
    const auto height = send_transactions(r, {{name, r.command("unjail", name)}}).front().height;
    r.await("the block of its return on every node", executed_on_all(height));
    if (listed(r, name).value("jailed", true))
      throw StepFailed(name + " is still jailed after its transaction to come back",
                       Cause::afterwards_failed);
    await_of_chain(r, name + " to sign again", signs_above(name, height));
    back.push_back(fmt::format("{} at {}", name, height));
  }
  return fmt::format("was jailed, is back and signs: {}", fmt::join(back, ", "));
}

}  // namespace rehearse
