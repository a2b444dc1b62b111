#include "harness/judge/checks/supply.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "harness/judge/checks/kept.h"
#include "harness/judge/service.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

// From H-3 to H+3 where a plan is carried out: coins that come with an epoch, around it, are not the upgrade's, nor are those
// that come with every block. Else, and in journals of earlier harnesses, before and after.
std::vector<Question> supply_now(const Context& c) { return {{question::supply, first_validator(c), {}, 0}}; }

std::vector<Question> supply_around_upgrade(const Context& c) {
  std::vector<Question> all;
  constexpr std::int64_t kEachSide = 3;
  const auto keeps = validator_with_history(c), &node = keeps.empty() ? first_validator(c) : keeps;
  for (auto height = std::max<std::int64_t>(1, c.upgrade_height() - kEachSide); height <= c.upgrade_height() + kEachSide; ++height)
    all.push_back({question::supply, node, {}, height});
  return all;
}

constexpr long double kTimesUsual = 2;

// What blocks add to it, or take.
std::vector<long double> steps_of(const std::vector<std::string>& supplies) {
  std::vector<long double> steps;
  for (std::size_t i = 1; i < supplies.size(); ++i)
    steps.push_back(std::strtold(supplies[i].c_str(), nullptr) - std::strtold(supplies[i - 1].c_str(), nullptr));
  return steps;
}

// Coins are minted, or burned, in blocks before it, about as many as in the last one.
bool as_in_ordinary_blocks(const std::vector<std::string>& supplies) {
  auto steps = steps_of(supplies);
  const auto last = steps.back();
  steps.pop_back();
  return std::ranges::any_of(steps, [&](long double s) { return s * last > 0 && std::abs(last) <= kTimesUsual * std::abs(s); });
}

// Each of these blocks mints more than each of those does. That one burns, or mints less, may be what its transactions do.
bool mints_more(const std::vector<std::string>& since, const std::vector<std::string>& before) {
  const auto now = steps_of(since), then = steps_of(before);
  if (now.size() < 3 || then.size() < 2 || std::ranges::min(then) < 0) return false;
  const auto most = std::ranges::max(then);
  return std::ranges::all_of(now, [&](long double s) { return s > kTimesUsual * most; });
}

// Not of a train, which is judged as a whole.
bool carried_out(const Context& c) { return c.plan() && c.applied() && !c.view.expected_outcome; }

std::vector<Question> ask_supply(const Context& c, const std::string& checkpoint, const std::string&) {
  if (checkpoint == kAfter && carried_out(c)) return supply_around_upgrade(c);
  return asked_at_both(supply_now(c), checkpoint);
}

bool asked_around_upgrade(const Context& c) {
  const auto all = supply_around_upgrade(c);
  return std::any_of(all.begin(), all.end(), [&](const Question& q) { return c.view.answer(kAfter, q.name, q.node, q.args, q.height); });
}

Finding judge_supply(const Context& c, const std::string&) {
  if (announced_changes(c.view).supply) return skipped("the supply changes as announced");
  if (!carried_out(c) || !asked_around_upgrade(c)) return judge_kept(c, supply_now(c), "supply");
  std::vector<std::string> until, since;  // H; both have it
  for (const auto& q : supply_around_upgrade(c)) {
    const auto [a, missing] = look_up(c, kAfter, q);
    const auto past = q.height - c.upgrade_height();
    if (!a && (past == -1 || past == 0)) return validator_with_history(c).empty() ? skipped(kNobodyKeepsHistory) : missing;
    const auto value = !a ? "" : a->answer.absent ? "none" : text_of(a->answer.value);
    if (a && past <= 0) until.push_back(value);
    if (a && past >= 0) since.push_back(value);
  }
  const auto before = until[until.size() - 2], after = until.back();
  const auto want = fmt::format("{} at {}", before, c.upgrade_height() - 1), have = fmt::format("{} at {}", after, c.upgrade_height());
  if (before != after && until.size() < 3) return skipped("needs the supply at H-2: the chain may mint in each block, and no node has that height any more");
  const bool ordinary = before == after || as_in_ordinary_blocks(until);
  if (!ordinary) return failed("supply changed in the upgrade", want, have);
  until.pop_back();
  if (mints_more(since, until))
    return failed("each block since the upgrade mints more than those before it", fmt::format("{}, as blocks before H have it", fmt::join(until, ", ")),
                  fmt::format("{} from H on. Announced by: changes: {{supply: true}}", fmt::join(since, ", ")));
  return passed(before == after ? want : want + ", or as much more as in the blocks before", have);
}

}  // namespace

Check supply_check() { return {"Supply Kept", Scope::network, ask_supply, judge_supply}; }

}  // namespace rehearse
