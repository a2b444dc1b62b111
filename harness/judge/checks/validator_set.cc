// Validator Set: whoever was in CometBFT's set at the upgrade height still is. x/staking may say so of one all the same that CometBFT
// has no more, since it hears of changes only.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"

namespace rehearse {

namespace {

// The first of the last commits that have fewer votes than the upgrade's, and none of this node; 0: there is none. A commit has
// a vote of each validator in the set, of one that is absent too.
std::int64_t out_of_the_set_from(const Context& c, const std::string& address) {
  const auto at_upgrade = c.view.blocks.find(c.upgrade_height());
  if (at_upgrade == c.view.blocks.end()) return 0;
  std::int64_t from = 0;
  for (auto it = c.view.blocks.rbegin(); it != c.view.blocks.rend() && it->first > c.upgrade_height(); ++it) {
    const auto& votes = it->second.block.signatures;
    if (votes.size() >= at_upgrade->second.block.signatures.size()) break;
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
  if (const auto from = out_of_the_set_from(c, c.view.nodes.at(node).member.consensus_address)) {
    const auto have = fmt::format("{} votes from block {} on", blocks.at(from).block.signatures.size(), from);
    return failed(fmt::format("CometBFT's validator set is without it: commits have {}, {} at the upgrade height", have, votes), want, have, {"/commit"});
  }
  return passed(want, fmt::format("{} votes at {}", blocks.rbegin()->second.block.signatures.size(), blocks.rbegin()->first), {"/commit"});
}

}  // namespace

std::vector<Check> validator_set_checks() {
  return {{.title = "Validator Set", .scope = Scope::each_validator, .questions = no_questions, .judge = judge_in_set}};
}

}  // namespace rehearse
