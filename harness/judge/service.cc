#include "harness/judge/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <set>

#include "harness/judge/checks/checklist.h"
#include "harness/view/checkpoint.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/descriptors.h"

namespace rehearse {

using record::Json;

namespace {

constexpr std::size_t kShownOfValue = 200;
constexpr const char* kWrongSequence = "account sequence mismatch";     // cosmos-sdk, types/errors
constexpr const char* kNoIndex = "transaction indexing is disabled";    // CometBFT's RPC

std::string shown_value(const Json& value) {
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  return text.size() <= kShownOfValue ? text : text.substr(0, kShownOfValue) + "...";
}

// A genesis has numbers as text, and decimals with all their places.
std::string plain(const Json& value) {
  auto text = text_of(value);
  const bool decimal = !text.empty() && text.find('.') != std::string::npos &&
                       text.find_first_not_of("-.0123456789") == std::string::npos;
  if (!decimal) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with(".")) text.pop_back();
  return text;
}

bool has_survey_answer(const record::Surveyed* s) { return s && s->error.empty(); }

// As the release's own list of modules says; where it has no list, those whose stores are gone and that answer nothing.
std::set<std::string> dropped_modules(const NetworkView& v) {
  const auto* opened = v.leg() ? &v.leg()->leg.releases : v.releases ? &*v.releases : nullptr;
  std::set<std::string> dropped;
  if (!opened || (v.expected_outcome && !v.expected_outcome->applied)) return dropped;
  if (opened->to_module_versions.empty()) {
    const auto* told = state_changes(v);
    if (!told || !told->answer.answered) return dropped;
    for (const auto& s : told->answer.value.get<record::StateChanges>().at_upgrade)
      if (s.removed && !answers_queries(v, s.store)) dropped.insert(s.store);
    return dropped;
  }
  for (const auto& [name, version] : opened->from_module_versions)
    if (!opened->to_module_versions.contains(name)) dropped.insert(name);
  return dropped;
}

}  // namespace

Changes announced_changes(const NetworkView& v) {
  return v.run ? changes_from_json(v.run->conditions.value("changes", Json())) : Changes{};
}

std::string to_string(const ChangedParameter& p) {
  return fmt::format("{} was {}, is {}{}", p.name, p.before, p.after,
                     p.is_default ? ", the module's own default" : "");
}

std::vector<ChangedParameter> changed_parameters(const record::Surveyed& before,
                                                 const record::Surveyed& after) {
  std::vector<ChangedParameter> changed;
  for (const auto& [module, fields] : before.parameters.items()) {
    const auto now = after.parameters.find(module);
    if (now == after.parameters.end()) continue;
    for (const auto& [field, was] : fields.items()) {
      const auto is = now->find(field);
      if (is != now->end() && *is == was) continue;
      if (std::ranges::find(after.moving, module + "." + field) != after.moving.end()) continue;
      ChangedParameter p{module + "." + field, shown_value(was), is == now->end() ? "none" : shown_value(*is),
                         false};
      const auto own = after.defaults.find(p.name);
      p.is_default = is != now->end() && own != after.defaults.end() && plain(*own) == plain(*is);
      changed.push_back(std::move(p));
    }
  }
  return changed;
}

std::vector<ChangedParameter> unannounced_parameters(const NetworkView& v, const record::Surveyed& before,
                                                     const record::Surveyed& after) {
  auto changed = changed_parameters(before, after);
  const auto changes = announced_changes(v);
  std::erase_if(changed, [&](const auto& p) { return announces(changes.parameters, p.name); });
  return changed;
}

std::vector<ChangedParameter> unannounced_parameters(const NetworkView& v) {
  const auto *before = v.survey(kBefore), *after = v.survey(kAfter);
  if (!has_survey_answer(before) || !has_survey_answer(after) || before->listed != after->listed) return {};
  return unannounced_parameters(v, *before, *after);
}

bool is_module_dropped(const NetworkView& v, const std::string& module) { return dropped_modules(v).contains(module); }

bool is_announced_query(const NetworkView& v, const std::string& route) {
  return announces(announced_changes(v).queries, route) ||
         is_module_dropped(v, module_of_route(route));
}

bool answers_queries(const NetworkView& v, const std::string& module) {
  const auto* after = v.survey(kAfter);
  const auto of_module = [&](const std::string& route) { return module_of_route(route) == module; };
  return has_survey_answer(after) && (std::ranges::any_of(after->answered, of_module) || std::ranges::any_of(after->served, of_module));
}

std::vector<BrokenQuery> broken_queries(const NetworkView& v) {
  const auto *before = v.survey(kBefore), *after = v.survey(kAfter);
  if (!has_survey_answer(before) || !has_survey_answer(after)) return {};
  std::vector<BrokenQuery> broken;
  for (const auto& [route, said] : after->refused)
    if (!is_announced_query(v, route)) broken.push_back({route, said});
  return broken;
}

std::vector<record::TransactionTried> transactions_at(const NetworkView& v, const std::string& checkpoint) {
  std::vector<record::TransactionTried> found;
  const auto wanted = v.named(checkpoint);
  std::copy_if(v.tried.begin(), v.tried.end(), std::back_inserter(found),
               [&](const auto& t) { return t.checkpoint == wanted && !t.forged; });
  return found;
}

const record::TransactionTried* forged_at(const NetworkView& v, const std::string& checkpoint) {
  const auto wanted = v.named(checkpoint);
  const auto found = std::ranges::find_if(v.tried, [&](const auto& t) { return t.checkpoint == wanted && t.forged && t.error.empty(); });
  return found == v.tried.end() ? nullptr : &*found;
}

bool has_sent(const NetworkView& v, const std::string& account) {
  return std::ranges::any_of(v.tried, [&](const auto& t) { return t.account == account; });
}

bool was_accepted(const record::TransactionTried& t) {
  return t.error.empty() && t.code == 0 && t.height > 0;
}

bool was_passed_over(const record::TransactionTried& t) {
  return t.error.empty() && t.code == 0 && t.height == 0;
}

std::string outcome_of(const record::TransactionTried& t) {
  if (was_passed_over(t)) return t.log;
  return t.error.empty() ? fmt::format("code {} ({}): {}", t.code, t.codespace, t.log) : t.error;
}

namespace {

// The one of that kind that was accepted; null: none was.
const record::TransactionTried* accepted_of(const std::vector<record::TransactionTried>& all, const std::string& kind) {
  const auto found = std::ranges::find_if(all, [&](const auto& t) { return t.transaction == kind && was_accepted(t); });
  return found == all.end() ? nullptr : &*found;
}

using Coins = std::map<std::string, std::string>;
using boost::multiprecision::cpp_int;

cpp_int amount_of(const Coins& coins, const std::string& denom) {
  const auto found = coins.find(denom);
  return found == coins.end() ? cpp_int(0) : cpp_int(found->second);
}

// The first denom of which it paid otherwise; a fee that is estimated anew each time differs by less than its half.
std::string paid_otherwise(const record::TransactionTried& before, const record::TransactionTried& after) {
  auto all = before.paid;
  all.insert(after.paid.begin(), after.paid.end());
  for (const auto& [denom, amount] : all) {
    const auto was = amount_of(before.paid, denom), is = amount_of(after.paid, denom);
    if (2 * abs(is - was) > amount_of(before.fee, denom)) return fmt::format("its account paid {} {} instead of {}", is.str(), denom, was.str());
  }
  return "";
}

// All that transactions' events tell: types, and type.attribute.
std::set<std::string> told_by(const std::vector<record::TransactionTried>& all) {
  std::set<std::string> told;
  for (const auto& t : all)
    for (const auto& [type, keys] : t.attributes) {
      told.insert(type);
      for (const auto& key : keys) told.insert(type + "." + key);
    }
  return told;
}

// What indexers and exchanges read of it, and find no more. Some events come with the state: without rewards to withdraw, say, the
// fee's alone is left of a type, and lacks an attribute of the others. What such a kind lacks is missed only where no transaction
// after the upgrade has it (`told`).
void add_losses(const record::TransactionTried& before, const record::TransactionTried& after, const std::set<std::string>& told, std::vector<OtherResult>& all) {
  const auto& kind = after.transaction;
  const bool has_fewer = after.events < before.events;
  for (const auto& [type, keys] : before.attributes) {
    const auto now = after.attributes.find(type);
    if (now == after.attributes.end()) {
      if (!told.contains(type)) all.push_back({kind, fmt::format("its result has no event `{}` any more", type), type});
      continue;
    }
    for (const auto& key : keys)
      if (const auto name = type + "." + key; !now->second.contains(key) && !(has_fewer && told.contains(name)))
        all.push_back({kind, fmt::format("its event `{}` has no `{}` any more", type, key), name});
  }
}

// What exchanges look for deposits by.
void add_what_is_not_indexed(const record::TransactionTried& before, const record::TransactionTried& after, std::vector<OtherResult>& all) {
  for (const auto& [type, keys] : before.indexed)
    for (const auto& key : keys) {
      const auto told = after.attributes.find(type), indexed = after.indexed.find(type);
      const bool is_told = told != after.attributes.end() && told->second.contains(key);
      if (is_told && (indexed == after.indexed.end() || !indexed->second.contains(key)))
        all.push_back({after.transaction, fmt::format("it is not found by `{}.{}` any more: nodes do not index it", type, key), type + "." + key});
    }
}

}  // namespace

std::vector<OtherResult> other_results(const NetworkView& v) {
  const auto changes = announced_changes(v);
  const auto before = transactions_at(v, kBefore), after = transactions_at(v, kAfter);
  const auto told = told_by(after);
  std::vector<OtherResult> all;
  for (const auto& now : after) {
    const auto then = std::ranges::find_if(before, [&](const auto& t) { return t.transaction == now.transaction && was_accepted(t) && t.events > 0; });
    if (then == before.end() || !was_accepted(now) || announces(changes.transactions, now.transaction)) continue;
    if (now.events == 0) {
      all.push_back({now.transaction, "its result has no events any more"});
      continue;
    }
    if (const auto said = paid_otherwise(*then, now); !said.empty()) all.push_back({now.transaction, said});
    add_losses(*then, now, told, all);
    add_what_is_not_indexed(*then, now, all);
  }
  std::erase_if(all, [&](const auto& other) { return !other.event.empty() && announces(changes.events, other.event); });
  return all;
}

namespace {

bool another_pays(const record::TransactionTried& t) {
  return std::ranges::any_of(t.fee, [&](const auto& fee) { return amount_of(t.paid, fee.first) < cpp_int(fee.second); });
}

// Whoever paid a fee before pays none any more: no allowance is charged either, and that is no matter of allowances.
bool no_fees_are_taken(const std::vector<record::TransactionTried>& before, const std::vector<record::TransactionTried>& after) {
  bool any = false;
  for (const auto& now : after) {
    const auto* then = accepted_of(before, now.transaction);
    if (!then || !was_accepted(now) || then->fee.empty() || another_pays(*then)) continue;
    for (const auto& [denom, fee] : then->fee)
      if (amount_of(then->paid, denom) - amount_of(now.paid, denom) != cpp_int(fee)) return false;
    any = true;
  }
  return any;
}

}  // namespace

std::vector<RefusedTransaction> refused_transactions(const NetworkView& v) {
  const auto changes = announced_changes(v);
  const auto before = transactions_at(v, kBefore), after = transactions_at(v, kAfter);
  const bool without_fees = no_fees_are_taken(before, after);
  std::vector<RefusedTransaction> refused, answered;
  for (const auto& now : after) {
    const auto* then = accepted_of(before, now.transaction);
    if (!then || announces(changes.transactions, now.transaction)) continue;
    if (now.error.empty() && !was_accepted(now)) refused.push_back({now.transaction, outcome_of(now), now.hash});
    // One that was carried out has no log but for what is wrong with it all the same.
    if (was_accepted(now) && !now.log.empty()) refused.push_back({now.transaction, now.log, now.hash});
    if (was_accepted(now) && !now.is.is_null() && now.is == now.was && !(without_fees && another_pays(*then)))
      refused.push_back({now.transaction,
                         "it is in a block with code 0 and has no effect: still " + shown_value(now.is),
                         now.hash});
    if (now.error.find(kNoIndex) != std::string::npos || now.error.find(kWrongSequence) != std::string::npos)
      answered.push_back({now.transaction, now.error, now.hash});
  }
  // Each was sent in its turn, with the account's next sequence. Where no other was refused, what a node says of it all the same is
  // the chain's doing.
  return refused.empty() && !v.disturbed() ? answered : refused;
}

std::vector<std::string> announceable(const std::vector<BrokenQuery>& broken) {
  constexpr std::size_t kNamedEach = 3;
  std::vector<std::string> names;
  for (const auto& [route, said] : broken) {
    auto name = broken.size() <= kNamedEach ? route : service_of_route(route);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

namespace {

// A message may hold anything; routes and the names of modules, events and stores are plain.
std::string in_yaml(const std::string& name) {
  static const RE2 plain(R"([\w./-]+)");
  return RE2::FullMatch(name, plain) ? name : Json(name).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string announcement(const std::map<std::string, std::vector<std::string>>& lists) {
  std::vector<std::string> all;
  for (const auto& [key, names] : lists) {
    std::vector<std::string> texts;
    for (const auto& name : names) texts.push_back(in_yaml(name));
    all.push_back(fmt::format("{}: [{}]", key, fmt::join(texts, ", ")));
  }
  return fmt::format("changes: {{{}}}", fmt::join(all, ", "));
}

}  // namespace rehearse
