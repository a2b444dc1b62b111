// Validator Set: whoever was in CometBFT's set at the upgrade height, and is bonded by x/staking's account, still is in it. CometBFT
// hears of changes only, so that the two may part.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

// The first of the last commits that have fewer votes than the upgrade's, and none of this node; 0: there is none. A commit has
// a vote of each validator in the set, of one that is absent too.
std::int64_t out_of_the_set_from(const Context& c, const std::string& address, record::Micros until) {
  const auto at_upgrade = c.view.blocks.find(c.upgrade_height());
  if (at_upgrade == c.view.blocks.end()) return 0;
  std::int64_t from = 0;
  for (auto it = c.view.blocks.rbegin(); it != c.view.blocks.rend() && it->first > c.upgrade_height(); ++it) {
    const auto& votes = it->second.block.signatures;
    constexpr int kAbsent = 1;  // whose vote names nobody
    if (it->second.seen > until || std::ranges::find(votes, kAbsent, &record::Signature::flag) != votes.end()) continue;
    if (votes.size() >= at_upgrade->second.block.signatures.size()) break;
    if (std::ranges::find(votes, address, &record::Signature::validator) != votes.end()) break;
    from = it->first;
  }
  return from;
}

// As the network's items have asked (network.cc).
bool is_bonded(const record::Json& validators, const std::string& moniker) {
  return validators.is_array() && std::ranges::any_of(validators, [&](const record::Json& v) {
    return v.value("status", "") == "BOND_STATUS_BONDED" && v.value(record::Json::json_pointer("/description/moniker"), "") == moniker;
  });
}

Finding judge_in_set(const Context& c, const std::string& node) {
  const auto& blocks = c.view.blocks;
  const auto upgrade = blocks.find(c.upgrade_height());
  if (c.upgrade_height() <= 0 || upgrade == blocks.end() || std::next(upgrade) == blocks.end())
    return skipped("needs the commits of the upgrade height and of a block after it");
  const auto votes = upgrade->second.block.signatures.size();
  const auto want = fmt::format("among those whose votes commits have, {} at the upgrade height", votes);
  const auto [listed, missing] = look_up(c, kAfter, {question::validators, c.view.validators().front()->member.name, {}, 0});
  if (!listed) return missing;
  if (!is_bonded(listed->answer.value, node)) return passed("in it if x/staking has it bonded", "it does not", {listed->answer.source});
  if (const auto from = out_of_the_set_from(c, c.view.nodes.at(node).member.consensus_address, listed->seen)) {
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
