// The runbook's "Network-Wide Verification": four items.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/checks/bonded.h"
#include "harness/judge/checks/checklist.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

// --- Validator Versions
// -----------------------------------------------------------------------------------------

std::vector<Question> ask_versions(const Context& c, const std::string& checkpoint, const std::string&) {
  std::vector<Question> all;
  if (checkpoint == kAfter)
    for (const auto* n : c.view.all()) all.push_back({question::app_version, n->member.name, {}, 0});
  return all;
}

Finding judge_versions(const Context& c, const std::string&) {
  const auto want = c.version();
  if (want.empty()) return skipped("the program was built without a version");
  std::vector<std::string> have, wrong;
  for (const auto* n : c.view.all()) {
    if (c.seen_from_outside() && n->head.store_height == 0) {
      have.push_back(n->member.name + " does not answer"), wrong.push_back(n->member.name);
      continue;
    }
    const auto own = c.version_of(n->member.name);
    const auto [a, missing] = look_up(c, kAfter, {question::app_version, n->member.name, {}, 0});
    if (!a) return missing;
    have.push_back(n->member.name + " " + text_of(a->answer.value));
    if (text_of(a->answer.value) != own) wrong.push_back(n->member.name);
  }
  const auto listed = fmt::format("{}", fmt::join(have, ", "));
  if (!wrong.empty()) return failed(fmt::format("not on {}: {}", want, fmt::join(wrong, ", ")), want, listed);
  return passed(want + " on all", listed);
}

// --- Block Production: K blocks after the upgrade, on every validator
// ------------------------------------------

Finding judge_blocks(const Context& c, const std::string&) {
  const auto want = fmt::format("{} blocks after {} on every validator", c.blocks_after(),
                                c.upgrade_height());
  std::vector<std::string> behind;
  std::int64_t lowest = INT64_MAX;
  record::Micros first = 0, last = 0;
  for (const auto* n : c.seen_from_outside() ? c.view.all() : c.view.validators()) {
    lowest = std::min(lowest, n->head.store_height);
    if (n->head.store_height < c.last_height()) behind.push_back(n->member.name);
    if (const auto t = n->stored_at(c.upgrade_height() + 1)) first = std::max(first, *t);
    if (const auto t = n->stored_at(c.last_height())) last = std::max(last, *t);
  }
  const auto have =
      fmt::format("height {}, {} blocks in {:.1f} s", lowest, c.blocks_after() - 1,
                  last > first ? static_cast<double>(last - first) / 1e6 : 0.0);
  if (!behind.empty()) return failed(fmt::format("behind: {}", fmt::join(behind, ", ")), want, have);
  return passed(want, have, {"/status"});
}

// --- Active and jailed validators, as the chain lists them
// -------------------------------------------------------

std::vector<Question> ask_validators(const Context& c, const std::string& checkpoint, const std::string&) {
  if (checkpoint != kAfter) return {};
  return {validators_question(c)};
}

std::string moniker_of(const record::Json& v) {
  return v.value(record::Json::json_pointer("/description/moniker"), std::string("?"));
}

// Empty: the chain lists all that were named.
std::string of_unknown_operators(const Context& c) {
  std::vector<std::string> unknown;
  for (const auto* n : c.view.validators())
    if (c.seen_from_outside() && n->member.operator_address.empty()) unknown.push_back(n->member.name);
  return unknown.empty() ? "" : fmt::format("which validator of the chain is {}? it did not say when it was asked, or x/staking lists no such key", fmt::join(unknown, ", "));
}

Finding judge_active(const Context& c, const std::string&) {
  const auto [a, missing] = look_up(c, kAfter, validators_question(c));
  if (!a) return missing;
  if (const auto unknown = of_unknown_operators(c); !unknown.empty()) return inconclusive(unknown);
  const auto listed = bonded(a->answer.value);
  std::vector<std::string> unbonded;
  for (const auto* n : c.view.validators())
    if (!listed.contains(n->member.operator_address)) unbonded.push_back(n->member.name);
  const auto all = c.view.validators().size();
  const auto want = fmt::format("{} bonded", all), have = fmt::format("{} bonded", all - unbonded.size());
  if (!unbonded.empty())
    return failed(fmt::format("not bonded: {}", fmt::join(unbonded, ", ")), want, have, {a->answer.source});
  return passed(want, have, {a->answer.source});
}

// Of a network of others, those that were named.
bool is_of_interest(const Context& c, const record::Json& validator) {
  return !c.seen_from_outside() ||
         std::ranges::any_of(c.view.validators(), [&](const NodeView* n) { return n->member.operator_address == validator.value("operator_address", ""); });
}

Finding judge_jailed(const Context& c, const std::string&) {
  const auto [a, missing] = look_up(c, kAfter, validators_question(c));
  if (!a) return missing;
  if (a->answer.value.empty()) return inconclusive("the chain lists no validators");
  if (const auto unknown = of_unknown_operators(c); !unknown.empty()) return inconclusive(unknown);
  std::vector<std::string> jailed;
  for (const auto& v : a->answer.value)
    if (v.value("jailed", false) && is_of_interest(c, v)) jailed.push_back(moniker_of(v));
  if (!jailed.empty())
    return failed(fmt::format("jailed: {}", fmt::join(jailed, ", ")), "none",
                  fmt::format("{}", jailed.size()), {a->answer.source});
  return passed("none", "none", {a->answer.source});
}

}  // namespace

Question validators_question(const Context& c) {
  return {question::validators, c.view.representative(), {}, 0};
}

std::set<std::string> bonded(const record::Json& validators) {
  std::set<std::string> operators;
  if (!validators.is_array()) return operators;
  for (const auto& v : validators)
    if (v.value("status", "") == "BOND_STATUS_BONDED") operators.insert(v.value("operator_address", ""));
  return operators;
}

std::vector<Check> network_checks() {
  return {
      {"Validator Versions", Scope::network, ask_versions, judge_versions},
      {check_title::block_production, Scope::network, no_questions, judge_blocks, true},
      {"Active Validators", Scope::network, ask_validators, judge_active},
      {"Jailed Validators", Scope::network, ask_validators, judge_jailed},
  };
}

}  // namespace rehearse
