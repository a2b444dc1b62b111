// Validators Kept: what operators have said of their validators in x/staking, and nobody else may change.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "harness/judge/checks/bonded.h"
#include "harness/judge/checks/checklist.h"
#include "harness/judge/checks/kept.h"
#include "harness/judge/service.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

struct Said {
  std::string text, compared;  // the same in each form that the text may have
};

struct OfOperator {
  std::string name;
  std::map<std::string, Said> fields;
};

// REST has 0.100000000000000000, the SDK's newer command line 100000000000000000.
std::string without_point(std::string rate) {
  std::erase(rate, '.');
  return rate.substr(std::min(rate.find_first_not_of('0'), rate.size()));
}

// Those of a list of x/staking, by operator address.
std::map<std::string, OfOperator> operators_own(const record::Json& validators) {
  using Pointer = record::Json::json_pointer;
  std::map<std::string, OfOperator> all;
  for (const auto& v : validators) {
    auto& own = all[v.value("operator_address", "")];
    const auto rates = v.value(Pointer("/commission/commission_rates"), record::Json::object()), said = v.value("description", record::Json::object());
    own.name = said.value("moniker", "");
    for (const auto& [field, value] : rates.items()) own.fields[field] = {text_of(value), without_point(text_of(value))};
    for (const auto& [field, value] : said.items()) own.fields[field] = {text_of(value), text_of(value)};
    if (const auto least = text_of(v.value("min_self_delegation", record::Json(""))); !least.empty()) own.fields["min_self_delegation"] = {least, least};
  }
  return all;
}

std::vector<Question> ask_validators(const Context& c, const std::string& checkpoint, const std::string&) {
  return asked_at_both({validators_question(c)}, checkpoint);
}

// A chain may raise each commission to a minimum, and says so.
bool may_change(const Changes& announced, const std::string& field) {
  return announces(announced.records, "staking/0x21") || (field == "rate" && announces(announced.parameters, "staking.min_commission_rate"));
}

// Whose operators' transactions may have been about them.
std::set<std::string> senders(const NetworkView& v) {
  std::set<std::string> addresses;
  for (const auto* n : v.validators())
    if (has_sent(v, n->member.account)) addresses.insert(n->member.operator_address);
  return addresses;
}

Finding judge_validators(const Context& c, const std::string&) {
  const auto q = validators_question(c);
  if (!c.view.answer(kBefore, q.name, q.node)) return skipped("they were not asked for before the upgrade");
  const auto [was, is, missing] = look_up_both(c, q);
  if (!is) return missing;
  if (!was->answer.value.is_array() || !is->answer.value.is_array()) return inconclusive("the chain's validators are no list");
  const auto announced = announced_changes(c.view);
  const auto left_out = senders(c.view);
  const auto before = operators_own(was->answer.value), after = operators_own(is->answer.value);
  std::vector<std::string> changed;
  std::size_t compared = 0, as_announced = 0;
  for (const auto& [address, own] : before) {
    const auto now = after.find(address);
    if (now == after.end() || left_out.contains(address)) continue;  // who is gone is another item's
    for (const auto& [field, value] : own.fields) {
      const auto have = now->second.fields.find(field);
      if (have == now->second.fields.end()) continue;  // the answer has another form
      ++compared;
      if (have->second.compared == value.compared) continue;
      if (may_change(announced, field)) ++as_announced;
      else changed.push_back(fmt::format("{} of {} was {}, is {}", field, own.name, value.text, have->second.text));
    }
  }
  const auto want = "what operators have said of their validators as before";
  if (compared == 0) return skipped("needs a validator that sends no transactions of the rehearsal's");
  if (changed.empty()) return passed(want, fmt::format("{} compared, {} changed as announced", compared, as_announced), {is->answer.source});
  const auto more = changed.size() > 1 ? fmt::format(", and {} more", changed.size() - 1) : "";
  return failed(fmt::format("{}{}; a change on purpose is announced: `{}`", changed.front(), more, announcement({{"records", {"staking/0x21"}}})), want,
                fmt::format("{} of {} differ: {}", changed.size(), compared, fmt::join(changed, "; ")), {is->answer.source});
}

}  // namespace

std::vector<Check> validators_kept_checks() { return {{"Validators Kept", Scope::network, ask_validators, judge_validators}}; }

}  // namespace rehearse
