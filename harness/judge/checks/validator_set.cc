// Validator Set: whoever was in CometBFT's set at the upgrade height, and is bonded by x/staking's account, still is in it. CometBFT
// hears of changes only, so that the two may part.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/absence.h"
#include "harness/judge/checks/bonded.h"
#include "harness/judge/checks/checklist.h"

namespace rehearse {

namespace {

// The first of the last commits after H that have fewer votes, and none of this node; 0: there is none. A commit has a vote of each
// validator in the set, of one that is absent too.
std::int64_t out_of_the_set_from(const Context& c, const std::string& address, std::size_t votes_at_upgrade, record::Micros until) {
  std::int64_t from = 0;
  for (auto it = c.view.blocks.rbegin(); it != c.view.blocks.rend() && it->first > c.upgrade_height(); ++it) {
    const auto& votes = it->second.block.signatures;
    if (it->second.seen > until || std::ranges::any_of(votes, is_absent)) continue;
    if (votes.size() >= votes_at_upgrade) break;
    if (std::ranges::find(votes, address, &record::Signature::validator) != votes.end()) break;
    from = it->first;
  }
  return from;
}

Finding judge_in_set(const Context& c, const std::string& node) {
  const auto& blocks = c.view.blocks;
  const auto upgrade = blocks.find(c.upgrade_height());
  if (c.upgrade_height() <= 0 || upgrade == blocks.end() || std::next(upgrade) == blocks.end())
    return skipped("needs the commits of the upgrade height and of a block after it");
  const auto votes = upgrade->second.block.signatures.size();
  const auto want = fmt::format("among those whose votes commits have, {} at the upgrade height", votes);
  const auto [listed, missing] = look_up(c, kAfter, validators_question(c));
  if (!listed) return missing;
  const auto& member = c.view.nodes.at(node).member;
  if (!bonded(listed->answer.value).contains(member.operator_address)) return passed("in it if x/staking has it bonded", "it does not", {listed->answer.source});
  if (const auto from = out_of_the_set_from(c, member.consensus_address, votes, listed->seen)) {
    const auto have = fmt::format("{} votes from block {} on", blocks.at(from).block.signatures.size(), from);
    return failed(fmt::format("x/staking has it bonded, and CometBFT's validator set is without it: commits have {}, {} at the upgrade height", have, votes), want, have,
                  {"/commit", listed->answer.source});
  }
  return passed(want, fmt::format("{} votes at {}", blocks.rbegin()->second.block.signatures.size(), blocks.rbegin()->first), {"/commit"});
}

}  // namespace

std::vector<Check> validator_set_checks() {
  return {{.title = "Validator Set", .scope = Scope::each_validator, .questions = no_questions, .judge = judge_in_set}};
}

}  // namespace rehearse
