// What an SDK engineer demands beyond the runbook: the same state everywhere, the plan gone, nothing lost.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <cmath>
#include <set>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/checks/delegations.h"
#include "harness/judge/checks/kept.h"
#include "harness/judge/checks/supply.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/profile/question_names.h"
#include "localnet/base/number.h"

namespace rehearse {

namespace {

using record::Json;

// --- App Hashes: equal on all nodes at H+1..H+K
// -----------------------------------------------------------------

std::vector<Question> app_hash_questions(const Context& c) {
  std::vector<Question> all;
  for (const auto* n : c.view.all())
    for (auto h = c.upgrade_height() + 1; h <= c.last_height(); ++h)
      all.push_back({question::app_hash, n->member.name, {{"height", std::to_string(h)}}, h});
  return all;
}

std::vector<Question> ask_app_hashes(const Context& c, const std::string& checkpoint, const std::string&) {
  return checkpoint == kAfter ? app_hash_questions(c) : std::vector<Question>{};
}

Finding judge_app_hashes(const Context& c, const std::string&) {
  std::map<std::int64_t, std::map<std::string, std::vector<std::string>>> groups;  // height -> hash -> nodes
  for (const auto& q : app_hash_questions(c)) {
    const auto [a, missing] = look_up(c, kAfter, q);
    if (!a) return missing;
    groups[q.height][text_of(a->answer.value)].push_back(q.node);
  }
  const auto want = fmt::format("one app hash a height at {}..{} on {} nodes", c.upgrade_height() + 1,
                                c.last_height(), c.view.nodes.size());
  for (const auto& [height, by_hash] : groups) {
    if (by_hash.size() == 1) continue;
    std::string have = fmt::format("at {}:", height);
    for (const auto& [hash, nodes] : by_hash) have += fmt::format(" {} on {};", hash, fmt::join(nodes, ", "));
    return failed("the nodes' states differ", want, have, {"/block_results"});
  }
  return passed(want, want, {"/block_results"});
}

// --- Upgrade plan gone, applied at H
// -----------------------------------------------------------------------------

std::vector<Question> ask_plan(const Context& c, const std::string& checkpoint, const std::string&) {
  if (checkpoint != kAfter) return {};
  return {{question::current_plan, first_validator(c), {}, 0}};
}

Finding judge_plan(const Context& c, const std::string&) {
  const auto [a, missing] = look_up(c, kAfter, {question::current_plan, first_validator(c), {}, 0});
  if (!a) return missing;
  if (!a->answer.absent)
    return failed("a plan is still scheduled", "none", text_of(a->answer.value), {a->answer.source});
  return passed("none", "none", {a->answer.source});
}

Question applied_question(const Context& c) {
  return {question::applied_plan, first_validator(c), {{"name", c.plan() ? c.plan()->name : ""}}, 0};
}

std::vector<Question> ask_applied(const Context& c, const std::string& checkpoint, const std::string&) {
  if (checkpoint != kAfter) return {};
  if (!c.plan()) return {};
  return {applied_question(c)};
}

Finding judge_applied(const Context& c, const std::string&) {
  if (!c.plan()) return skipped("there is no plan in this procedure");
  const auto [a, missing] = look_up(c, kAfter, applied_question(c));
  if (!a) return missing;
  const auto want = c.applied() ? std::to_string(c.plan()->height) : "never",
             have = a->answer.absent ? "never" : text_of(a->answer.value);
  if (have != want)
    return failed(c.applied() ? "the plan was not applied at its height" : "the plan was applied", want, have,
                  {a->answer.source});
  return passed(want, have, {a->answer.source});
}

// --- Module Versions: as the release says
// ------------------------------------------------------------------------

Question modules_question(const Context& c) { return {question::module_versions, first_validator(c), {}, 0}; }

std::vector<Question> ask_modules(const Context& c, const std::string& checkpoint, const std::string&) {
  if (checkpoint != kAfter) return {};
  return {modules_question(c)};
}

std::map<std::string, std::string> modules_in(const SeenAnswer& a) {
  std::map<std::string, std::string> versions;
  for (const auto& m : a.answer.value)
    versions[m.value("name", "?")] = m.contains("version") ? text_of(m["version"]) : "0";
  return versions;
}

Finding judge_modules(const Context& c, const std::string&) {
  const auto [a, missing] = look_up(c, kAfter, modules_question(c));
  if (!a) return missing;
  std::map<std::string, std::string> want;
  if (c.releases())
    for (const auto& [name, version] :
         c.applied() ? c.releases()->to_module_versions : c.releases()->from_module_versions)
      want[name] = std::to_string(version);
  if (want.empty()) return skipped("the release does not say its module versions");
  const auto have = modules_in(*a);
  std::vector<std::string> differences;
  for (const auto& [name, version] : want)
    if (!have.contains(name))
      differences.push_back(name + " is missing");
    else if (have.at(name) != version)
      differences.push_back(fmt::format("{} is {}, not {}", name, have.at(name), version));
  for (const auto& [name, version] : have)
    if (!want.contains(name)) differences.push_back(name + " is too many");
  const auto expected = fmt::format("{} modules as the release says", want.size());
  if (!differences.empty())
    return failed(fmt::format("{}", fmt::join(differences, ", ")), expected,
                  fmt::format("{} modules", have.size()), {a->answer.source});
  return passed(expected, expected, {a->answer.source});
}

// --- State kept by value
// ------------------------------------------------------------------------------------------

Question balance_question(const Context& c, std::int64_t height) {
  return {question::balance,
          first_validator(c),
          {{"address", c.view.network ? c.view.network->watched_account : ""}},
          height};
}

std::vector<Question> kept_balance(const Context& c) { return {balance_question(c, 0)}; }

std::vector<Question> ask_balance(const Context& c, const std::string& m, const std::string&) {
  return asked_at_both(kept_balance(c), m);
}
Finding judge_balance(const Context& c, const std::string&) {
  return judge_kept(c, kept_balance(c), "balance of the watched account");
}

// --- Historical Query: the state before the upgrade can still be asked for
// ----------------------------------------

std::vector<Question> ask_history(const Context& c, const std::string& checkpoint, const std::string&) {
  if (checkpoint != kAfter) return {};
  auto q = balance_question(c, c.upgrade_height() - 1);
  q.node = validator_with_history(c);
  return q.node.empty() ? std::vector<Question>{} : std::vector{q};
}

Finding judge_history(const Context& c, const std::string&) {
  const auto [before, no_before] = look_up(c, kBefore, balance_question(c, 0));
  if (!before) return no_before;
  const auto node = validator_with_history(c);
  if (node.empty()) return skipped(kNobodyKeepsHistory);
  const auto* a = c.view.answer(kAfter, question::balance, node, {}, c.upgrade_height() - 1);
  if (!a) return inconclusive("it was not asked");
  const auto want = text_of(before->answer.value);
  if (!a->answer.answered)
    return failed("the state at H-1 cannot be asked for any more", want, a->answer.error);
  if (text_of(a->answer.value) != want)
    return failed("the state at H-1 reads differently", want, text_of(a->answer.value), {a->answer.source});
  return passed(fmt::format("{} at {}", want, c.upgrade_height() - 1), want, {a->answer.source});
}

// --- Records: the profile's, by value; a migration may scale a number or add a field, where the profile says
// so ----

std::vector<Question> record_questions(const Context& c) {
  std::vector<Question> all;
  for (const auto& k : c.profile.preserved) all.push_back({k.question, first_validator(c), k.args, 0});
  return all;
}

std::vector<Question> ask_records(const Context& c, const std::string& m, const std::string&) {
  return asked_at_both(record_questions(c), m);
}

// Every "*" in a pointer stands for each element of a list.
void each_place(const Json& doc, const std::string& pointer, const std::string& done,
                std::vector<std::string>& out) {
  const auto star = pointer.find("/*");
  if (star == std::string::npos) {
    if (doc.contains(Json::json_pointer(done + pointer))) out.push_back(done + pointer);
    return;
  }
  const auto head = done + pointer.substr(0, star);
  if (!doc.contains(Json::json_pointer(head))) return;
  for (std::size_t i = 0; i < doc.at(Json::json_pointer(head)).size(); ++i)
    each_place(doc, pointer.substr(star + 2), head + "/" + std::to_string(i), out);
}

std::vector<std::string> places(const Json& doc, const std::string& pointer) {
  std::vector<std::string> out;
  each_place(doc, pointer, "", out);
  return out;
}

void erase_at(Json& doc, const std::string& pointer) {
  const Json::json_pointer p(pointer);
  doc.at(p.parent_pointer()).erase(p.back());
}

// What the migration does to the record, done to it; what it may change is taken out of both.
void migrate(Json& before, Json& after, const PreservedRecord& k) {
  for (const auto& [pointer, factor] : k.scaled)
    for (const auto& place : places(before, pointer)) {
      auto& value = before[Json::json_pointer(place)];
      const auto number = number_in(value);
      std::int64_t scaled = 0;
      if (__builtin_mul_overflow(number, factor, &scaled)) throw std::out_of_range(fmt::format("{} times {}", number, factor));
      if (value.is_string())
        value = std::to_string(scaled);
      else
        value = scaled;
    }
  for (const auto& pointer : k.ignored)
    for (auto* doc : {&before, &after})
      for (const auto& place : places(*doc, pointer)) erase_at(*doc, place);
}

// A list without what was made once the first answer was given.
void drop_later(const Json& before, Json& after, const PreservedRecord& k) {
  if (!before.is_array() || !after.is_array()) return;
  if (!k.id.empty()) {
    const Json::json_pointer id(k.id);
    std::set<Json> known;
    for (const auto& element : before) known.insert(element.at(id));
    const auto later = [&](const Json& e) { return !known.contains(e.at(id)); };
    after.erase(std::remove_if(after.begin(), after.end(), later), after.end());
  }
  if (k.height.empty()) return;
  const auto height = [pointer = Json::json_pointer(k.height)](const Json& element) {
    return element.contains(pointer) ? number_in(element.at(pointer)) : 0;
  };
  std::int64_t newest = 0;
  for (const auto& element : before) newest = std::max(newest, height(element));
  after.erase(std::remove_if(after.begin(), after.end(), [&](const Json& e) { return height(e) > newest; }), after.end());
}

Finding judge_records(const Context& c, const std::string&) {
  if (c.profile.preserved.empty()) return skipped("the profile names no records to keep");
  std::size_t compared = 0;
  for (const auto& k : c.profile.preserved) {
    const Question q{k.question, first_validator(c), k.args, 0};
    const auto [before, after, missing] = look_up_both(c, q);
    if (!after) return missing;
    const bool none = before->answer.absent || before->answer.value.empty();
    if (none && k.may_be_none) continue;
    if (none)
      return inconclusive(k.name + ": there were none before the upgrade");
    if (after->answer.absent) return failed(k.name + " are gone", "kept", "none", {after->answer.source});
    try {
      auto want = before->answer.value, have = after->answer.value;
      drop_later(want, have, k);
      if (c.applied()) migrate(want, have, k);
      if (want != have) {
        const auto patch = Json::diff(want, have);
        return failed(k.name + " differ: " + patch.front().value("path", "") + " and " +
                          std::to_string(patch.size() - 1) + " more places",
                      want.dump().substr(0, 300), have.dump().substr(0, 300), {after->answer.source});
      }
      compared += want.is_array() ? want.size() : 1;
    } catch (const std::exception& e) {
      return inconclusive(k.name + ": cannot be compared: " + e.what());
    }
  }
  return passed("the records as the migration must leave them", fmt::format("{} compared", compared));
}

}  // namespace

std::vector<Check> state_checks() {
  return {
      {check_title::app_hashes, Scope::network, ask_app_hashes, judge_app_hashes},
      {"Upgrade Plan Cleared", Scope::network, ask_plan, judge_plan},
      {"Upgrade Applied", Scope::network, ask_applied, judge_applied},
      {"Module Versions", Scope::network, ask_modules, judge_modules},
      {"Historical Query", Scope::network, ask_history, judge_history},
      {"Balances Kept", Scope::network, ask_balance, judge_balance},
      delegations_check(),
      supply_check(),
      {"Records Kept", Scope::network, ask_records, judge_records},
  };
}

}  // namespace rehearse
