// Validators Kept: what operators have said of their validators in x/staking, and nobody else may change.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "harness/judge/checks/bonded.h"
#include "harness/judge/checks/checklist.h"
#include "harness/judge/checks/kept.h"
#include "harness/judge/service.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

using Fields = std::map<std::string, std::string>;

// Those of a list of x/staking, by validator.
std::map<std::string, Fields> operators_own(const record::Json& validators) {
  std::map<std::string, Fields> all;
  for (const auto& v : validators) {
    auto& fields = all[v.value(record::Json::json_pointer("/description/moniker"), "")];
    for (const char* own : {"/commission/commission_rates", "/description"}) {
      const auto said = v.value(record::Json::json_pointer(own), record::Json::object());
      for (const auto& [field, value] : said.items()) fields[field] = text_of(value);
    }
    if (v.contains("min_self_delegation")) fields["min_self_delegation"] = text_of(v["min_self_delegation"]);
  }
  return all;
}

std::vector<Question> ask_validators(const Context& c, const std::string& checkpoint, const std::string&) {
  return asked_at_both({validators_question(c)}, checkpoint);
}

// A chain may raise everybody's commission to a minimum, and says so.
bool may_change(const Changes& announced) {
  const auto of_staking = [](const auto& name) { return name.value == "staking" || name.value.starts_with("staking.") || name.value.starts_with("staking/"); };
  return std::ranges::any_of(announced.parameters, of_staking) || std::ranges::any_of(announced.records, of_staking);
}

Finding judge_validators(const Context& c, const std::string&) {
  const auto q = validators_question(c);
  if (!c.view.answer(kBefore, q.name, q.node)) return skipped("they were not asked for before the upgrade");
  const auto [was, is, missing] = look_up_both(c, q);
  if (!is) return missing;
  if (!was->answer.value.is_array() || !is->answer.value.is_array()) return inconclusive("the chain's validators are no list");
  const auto before = operators_own(was->answer.value), after = operators_own(is->answer.value);
  std::vector<std::string> changed;
  std::size_t compared = 0;
  for (const auto& [name, fields] : before)
    for (const auto& [field, value] : fields) {
      const auto now = after.find(name);
      if (now == after.end() || !now->second.contains(field)) continue;  // who is gone is another item's; a field, the release's
      ++compared;
      if (const auto& have = now->second.at(field); have != value) changed.push_back(fmt::format("{} of {} was {}, is {}", field, name, value, have));
    }
  const auto want = "what operators have said of their validators as before";
  if (changed.empty() || may_change(announced_changes(c.view))) return passed(want, fmt::format("{} compared, {} changed as announced", compared, changed.size()), {is->answer.source});
  const auto more = changed.size() > 1 ? fmt::format(", and {} more", changed.size() - 1) : "";
  return failed(fmt::format("{}{}; a change on purpose is announced: `{}`", changed.front(), more, announcement("records", {"staking/0x21"})), want,
                fmt::format("{} of {} differ: {}", changed.size(), compared, fmt::join(changed, "; ")), {is->answer.source});
}

}  // namespace

std::vector<Check> validators_kept_checks() { return {{"Validators Kept", Scope::network, ask_validators, judge_validators}}; }

}  // namespace rehearse
