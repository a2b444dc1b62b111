#include "harness/procedures/state_rollback.h"

#include <fmt/format.h>

namespace rehearse {

namespace {

// A process that began to carry the plan out and did not say that it failed may have stored the outcome, whatever height
// was seen last.
bool may_have_applied(const NodeView& n) {
  const auto* applying = n.line(Pattern::applying_upgrade);
  if (!applying) return false;
  return !n.line(Pattern::replay_error, applying->incarnation) && !n.line(Pattern::panic, applying->incarnation);
}

}  // namespace

std::string destroyed_by_rollback(const NetworkView& v, const std::string& name) {
  if (!v.plan) return "";
  const auto& n = v.nodes.at(name);
  const auto upgrade = v.plan->height;
  auto height = n.committed.empty() ? 0 : n.committed.rbegin()->first;
  if (height < upgrade && may_have_applied(n)) height = upgrade;
  if (height != upgrade) return "";
  return fmt::format("its state is that after {}, the upgrade height; one height back, the stores are others", height);
}

void roll_back_state(Rehearsal& r, const NodeNames& names) {
  for (const auto& name : names)
    if (const auto why = destroyed_by_rollback(r.view(), name); !why.empty())
      throw StepFailed(name + ": " + why + "; nothing was touched", Cause::rollback_destroys);
  std::vector<ProgramCall> calls;
  for (const auto& name : names) {
    const auto& n = r.network().node(name);
    calls.push_back({n.supervisor().current(), r.command("rollback", name, {{"home", n.home().string()}})});
  }
  for (const auto& a : r.run_programs(calls))
    if (!a.trouble().empty()) throw StepFailed("`" + a.command + "`: " + a.trouble(), Cause::node_exited);
}

}  // namespace rehearse
