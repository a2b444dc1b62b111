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
    const auto [a, missing] = look_up(c, kAfter, {question::app_version, n->member.name, {}, 0});
    if (!a) return missing;
    have.push_back(n->member.name + " " + text_of(a->answer.value));
    if (text_of(a->answer.value) != want) wrong.push_back(n->member.name);
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
  for (const auto* n : c.view.validators()) {
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

Finding judge_active(const Context& c, const std::string&) {
  const auto [a, missing] = look_up(c, kAfter, validators_question(c));
  if (!a) return missing;
  std::set<std::string> unbonded;
  for (const auto* n : c.view.validators()) unbonded.insert(n->member.name);
  const auto all = unbonded.size();
  for (const auto& name : bonded(a->answer.value)) unbonded.erase(name);
  const auto want = fmt::format("{} bonded", all), have = fmt::format("{} bonded", all - unbonded.size());
  if (!unbonded.empty())
    return failed(fmt::format("not bonded: {}", fmt::join(unbonded, ", ")), want, have, {a->answer.source});
  return passed(want, have, {a->answer.source});
}

Finding judge_jailed(const Context& c, const std::string&) {
  const auto [a, missing] = look_up(c, kAfter, validators_question(c));
  if (!a) return missing;
  if (a->answer.value.empty()) return inconclusive("the chain lists no validators");
  std::vector<std::string> jailed;
  for (const auto& v : a->answer.value)
    if (v.value("jailed", false)) jailed.push_back(moniker_of(v));
  if (!jailed.empty())
    return failed(fmt::format("jailed: {}", fmt::join(jailed, ", ")), "none",
                  fmt::format("{}", jailed.size()), {a->answer.source});
  return passed("none", "none", {a->answer.source});
}

}  // namespace

Question validators_question(const Context& c) {
  return {question::validators, c.view.validators().front()->member.name, {}, 0};
}

std::set<std::string> bonded(const record::Json& validators) {
  std::set<std::string> monikers;
  if (!validators.is_array()) return monikers;
  for (const auto& v : validators)
    if (v.value("status", "") == "BOND_STATUS_BONDED") monikers.insert(moniker_of(v));
  return monikers;
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
