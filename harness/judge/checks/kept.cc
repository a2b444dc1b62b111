#include "harness/judge/checks/kept.h"

#include <fmt/format.h>

namespace rehearse {

const std::string& first_validator(const Context& c) { return c.view.validators().front()->member.name; }

// The SDK's `everything` keeps the last two states.
std::string validator_with_history(const Context& c) {
  for (const auto* n : c.view.validators())
    if (const auto* pruning = app_setting(c, n->member.name, "pruning"); !pruning || *pruning != "everything") return n->member.name;
  return "";
}

std::vector<Question> asked_at_both(std::vector<Question> kept, const std::string& checkpoint) {
  return checkpoint == kBefore || checkpoint == kAfter ? std::move(kept) : std::vector<Question>{};
}

Finding judge_kept(const Context& c, const std::vector<Question>& kept, const std::string& what) {
  for (const auto& q : kept) {
    const auto [before, after, missing] = look_up_both(c, q);
    if (!after) return missing;
    const auto want = text_of(before->answer.value),
               have = after->answer.absent ? "none" : text_of(after->answer.value);
    if (before->answer.absent) return inconclusive("there was none before the upgrade: " + q.name);
    if (want != have) return failed(q.name + " changed in the upgrade", want, have, {after->answer.source});
  }
  return passed(fmt::format("{} as before", what), fmt::format("{} compared", kept.size()));
}

}  // namespace rehearse
