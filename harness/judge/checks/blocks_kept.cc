// Blocks Kept: a node that had all blocks still has them; who catches up, and who looks for an old transaction, needs them.
#include <fmt/format.h>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/checks/kept.h"
#include "localnet/base/number.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

Question earliest_of(const std::string& node) { return {question::earliest_block, node, {}, 0}; }

// By its own configuration: the SDK prunes none by default.
bool prunes_blocks(const Context& c, const std::string& node) {
  const auto* set = app_setting(c, node, "min-retain-blocks");
  return set && text_of(*set) != "0";
}

std::vector<Question> ask_earliest(const Context& c, const std::string& checkpoint, const std::string& node) {
  if (!c.profile.questions.contains(question::earliest_block)) return {};
  return asked_at_both({earliest_of(node)}, checkpoint);
}

Finding judge_blocks(const Context& c, const std::string& node) {
  if (!c.profile.questions.contains(question::earliest_block)) return skipped("needs a profile that asks for a node's earliest block");
  if (prunes_blocks(c, node)) return skipped("its operator prunes blocks");
  const auto [before, after, missing] = look_up_both(c, earliest_of(node));
  if (!after) return missing;
  const auto was = whole_number<std::int64_t>(text_of(before->answer.value)).value_or(0), is = whole_number<std::int64_t>(text_of(after->answer.value)).value_or(0);
  const auto want = fmt::format("all from {} on", was), have = fmt::format("from {} on", is);
  if (is > was) return failed(fmt::format("it has no blocks before {} any more, and nothing in its configuration prunes them", is), want, have, {after->answer.source});
  return passed(want, have);
}

}  // namespace

std::vector<Check> blocks_kept_checks() {
  return {{"Blocks Kept", Scope::each_validator, ask_earliest, judge_blocks}};
}

}  // namespace rehearse
