// Store Invariants: what holds of the state after every block holds after the upgrade, too.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/service.h"

namespace rehearse {

namespace {

using record::InvariantHeld;

std::string breach_text(const InvariantHeld& i) {
  const auto more = i.breaches - static_cast<std::int64_t>(i.examples.size());
  return fmt::format("\"{}\" does not hold at {}: {}{}", i.name, i.broken_at, fmt::join(i.examples, "; "),
                     more > 0 ? fmt::format("; and {} more", more) : "");
}

// The others, and why they say nothing of the upgrade.
std::string summary(const std::vector<InvariantHeld>& all) {
  std::vector<std::string> silent;
  for (const auto& i : all)
    if (!i.trouble.empty()) silent.push_back(fmt::format("\"{}\": {}", i.name, i.trouble));
  const auto hold =
      std::ranges::count_if(all, [](const auto& i) { return i.trouble.empty() && !i.broken_at; });
  auto text = fmt::format("{} of {} hold", hold, all.size());
  if (!silent.empty()) text += fmt::format("; not looked at: {}", fmt::join(silent, "; "));
  return text;
}

Finding judge_invariants(const Context& c, const std::string&) {
  const auto [read, missing, evidence] = look_up_state(c);
  if (!read) return missing;
  const auto& all = read->invariants;
  if (all.empty()) return skipped("the profile has no `invariants:`");
  const auto announced = announced_changes(c.view).invariants;
  std::vector<std::string> broken, names;
  for (const auto& i : all)
    if (i.broken_at && std::ranges::find(announced, i.name, &Located<std::string>::value) == announced.end())
      broken.push_back(breach_text(i)), names.push_back(nlohmann::json(i.name).dump());
  const auto want = "what held before the upgrade holds after it";
  if (!broken.empty())
    return failed(
        broken.front() + (broken.size() > 1 ? fmt::format("; and {} more do not", broken.size() - 1) : ""), want,
        fmt::format("{}. Announced by: changes: {{invariants: [{}]}}", fmt::join(broken, "; "),
                    fmt::join(names, ", ")),
        evidence);
  for (const auto& name : announced)
    if (std::ranges::find(all, name.value, &InvariantHeld::name) == all.end() && !c.view.leg())
      return inconclusive("changes: invariants: the profile has no `" + name.value + "`");
  if (std::ranges::none_of(all, [](const auto& i) { return i.trouble.empty(); }))
    return skipped("none says anything of the upgrade: " + summary(all));
  return passed(want, summary(all), evidence);
}

}  // namespace

std::vector<Check> invariant_checks() {
  return {{.title = "Store Invariants",
           .scope = Scope::network,
           .questions = no_questions,
           .judge = judge_invariants,
           .cause = Cause::invariant_broken}};
}

}  // namespace rehearse
