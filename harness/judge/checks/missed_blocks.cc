// Missed Blocks Counted: x/slashing has counted what a validator was absent from. A release in which it does not would jail nobody.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/judge/absence.h"
#include "harness/judge/checks/checklist.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

constexpr std::int64_t kLeast = 5;  // blocks in a row: fewer may be a commit's votes that came late
constexpr std::int64_t kAtTheEnds = 2;  // of these, whose votes may have come into the next block after all

struct Absence {
  std::int64_t first = 0, blocks = 0;
  std::int64_t until = 0;  // the last block that could tell
};

// The longest since H that is in the answer of that node at that moment: a block's commit is counted in the next one. A validator that
// left the set is not absent: there are fewer votes.
Absence longest_absence(const Context& c, const NodeView& node, std::size_t votes, record::Micros asked) {
  Absence longest, now;
  std::int64_t until = 0;
  for (auto it = c.view.blocks.upper_bound(c.upgrade_height()); it != c.view.blocks.end(); ++it) {
    const auto counted = node.committed_at(it->first + 1);
    if (!counted || *counted >= asked) break;
    until = it->first;
    const auto& all = it->second.block.signatures;
    const bool there =
        all.size() != votes || std::ranges::any_of(all, [&](const auto& s) { return s.validator == node.member.consensus_address && !is_absent(s); });
    const bool follows = now.blocks && it->first == now.first + now.blocks;
    now = there ? Absence{} : follows ? Absence{now.first, now.blocks + 1, 0} : Absence{it->first, 1, 0};
    if (now.blocks > longest.blocks) longest = now;
  }
  longest.until = until;
  return longest;
}

Finding judge_counted(const Context& c, const std::string&) {
  const auto upgrade = c.view.blocks.find(c.upgrade_height());
  if (c.upgrade_height() <= 0 || upgrade == c.view.blocks.end()) return skipped("needs the commit of the upgrade height");
  // Not known: nothing can be told.
  const auto window = slashing_parameter(c.view.survey(kAfter), "signed_blocks_window").value_or(0);
  std::vector<std::string> counted, not_counted;
  for (const auto& name : c.validators()) {
    const auto* a = c.view.answer(kAfter, question::signing_info, name);
    if (!a || !a->answer.value.is_object() || !a->answer.value.contains("missed_blocks_counter") || was_jailed(a->answer.value)) continue;
    const auto absence = longest_absence(c, c.view.nodes.at(name), upgrade->second.block.signatures.size(), a->seen);
    if (absence.blocks < kLeast || static_cast<double>(absence.until - absence.first) >= window) continue;
    const auto count = std::strtoll(text_of(a->answer.value["missed_blocks_counter"]).c_str(), nullptr, 10);
    auto& which = count + kAtTheEnds < absence.blocks ? not_counted : counted;
    which.push_back(fmt::format("{} was absent from {} commits from {} on, of which x/slashing has {}", name, absence.blocks, absence.first, count));
  }
  const auto want = "whoever was absent has missed that many blocks by x/slashing's account";
  if (!not_counted.empty())
    return failed(fmt::format("{}: nobody is jailed who is away", fmt::join(not_counted, "; ")), want, fmt::format("{} not counted", not_counted.size()), {"/commit"});
  if (counted.empty()) return skipped(fmt::format("needs a validator that was absent from {} blocks in a row after the upgrade", kLeast));
  return passed(want, fmt::format("{}", fmt::join(counted, "; ")), {"/commit"});
}

}  // namespace

std::vector<Check> missed_blocks_checks() { return {{"Missed Blocks Counted", Scope::network, no_questions, judge_counted}}; }

}  // namespace rehearse
