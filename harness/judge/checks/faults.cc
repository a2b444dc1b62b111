#include "harness/judge/checks/faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/diagnosis/diagnose.h"
#include "harness/judge/diagnosis/rules.h"

namespace rehearse {

namespace {

using record::CheckResult;
using record::Outcome;

double seconds(Micros from, Micros to) { return static_cast<double>(to - from) / 1e6; }

std::string name_of(const SeenFault& f) { return fmt::format("fault {}: {} when {}", f.plan.id, f.plan.fault, f.plan.when); }

std::string subject_of(const SeenFault& f) { return f.nodes.size() == 1 ? f.nodes.front() : "network"; }

CheckResult result(const char* list, std::string title, std::string subject, Finding f) {
  return {list, std::move(title), std::move(subject), f.outcome, std::move(f.expected), std::move(f.actual), std::move(f.message),
          std::move(f.evidence), 0};
}

// Why a fault has not come that far.
std::string why_not(const Context& c, const SeenFault& f) {
  for (const auto end : {FaultState::skipped, FaultState::missed, FaultState::failed})
    if (const auto* m = f.transition(end)) return m->detail;
  return c.view.stopped && c.view.stopped->reason != StopReason::completed ? "not reached (" + stop_reason(c.view) + ")" : "the run ended before";
}

bool cut_short(const Context& c) { return !c.view.stopped || c.view.stopped->reason != StopReason::completed; }

Finding judge_fault_applied(const Context& c, const SeenFault& f) {
  if (f.transition(FaultState::skipped)) return skipped(why_not(c, f));
  const auto* applied = f.transition(FaultState::applied);
  if (!applied) return cut_short(c) && !f.transition(FaultState::failed) ? skipped(why_not(c, f)) : inconclusive(why_not(c, f));
  const auto* begun = f.transition(FaultState::injecting);
  return passed("in effect, with proof", fmt::format("{} (begun {:.0f} ms after its trigger, in effect after {:.1f} s)", applied->detail,
                                                     seconds(f.due, begun->seen) * 1000, seconds(begun->seen, applied->seen)));
}

Finding judge_healed(const Context& c, const SeenFault& f) {
  if (const auto* healed = f.transition(FaultState::healed)) return passed("undone, with proof", healed->detail);
  if (!f.transition(FaultState::applied) || cut_short(c)) return skipped("it was not in effect, or the run ended while it was");
  return inconclusive(why_not(c, f));
}

Finding judge_recovery(const Context& c, const SeenFault& f) {
  const auto* healed = f.transition(FaultState::healed);
  if (!healed) return skipped("it was not healed");
  const auto want = fmt::format("within {} s of its heal", c.scenario.demands.recovery.seconds());
  std::string parts = fmt::format("removed {:.1f} s after the heal began", seconds(f.transition(FaultState::healing)->seen, healed->seen));
  for (const auto& [part, text] : {std::pair{FaultState::peers_back, "peers back"}, {FaultState::height_advances, "height advances"}, {FaultState::caught_up, "caught up"}})
    if (const auto* m = f.transition(part)) parts += fmt::format(", {} {:.1f} s", text, seconds(healed->seen, m->seen));
  if (const auto* m = f.transition(FaultState::recovered)) {
    // A later fault of the same node has taken over: the recovery from that one shows what there is to be seen.
    if (!f.transition(FaultState::peers_back) || !f.transition(FaultState::height_advances) || !f.transition(FaultState::caught_up)) return skipped(m->detail);
    return passed(want, m->finding.empty() ? parts : parts + "; finding: " + m->finding);
  }
  if (const auto* m = f.transition(FaultState::failed)) return failed(m->detail, want, parts);
  return skipped(why_not(c, f));
}

// A span of time in which those nodes did not count.
struct Away {
  Micros from = 0, to = 0;
  const std::vector<std::string>* nodes = nullptr;
};

std::vector<Away> all_away(const NetworkView& v) {
  std::vector<Away> all;
  for (const auto& f : v.faults) {
    const auto* begun = f.transition(FaultState::injecting);
    if (!begun || f.takes_down.empty()) continue;
    const auto* over = f.end();
    all.push_back({begun->seen, over ? over->seen : v.last_seen, &f.takes_down});
  }
  return all;
}

// More than 2/3 of the power was there at that time, whatever faults acted.
bool enough_at(const NetworkView& v, const std::vector<Away>& away, Micros when) {
  std::vector<std::string> gone;
  for (const auto& a : away)
    if (a.from <= when && when <= a.to) gone.insert(gone.end(), a.nodes->begin(), a.nodes->end());
  std::int64_t live = 0;
  for (const auto* n : v.validators())
    if (std::find(gone.begin(), gone.end(), n->member.name) == gone.end()) live += n->member.power;
  return 3 * live > 2 * v.total_power();
}

// The time that counts of what lies between two blocks: with enough power, and no upgrade to be waited for.
double owed(const NetworkView& v, const std::vector<Away>& away, Micros from, Micros to) {
  constexpr Micros kStep = 100'000;
  double sum = 0;
  for (auto at = from; at < to; at += kStep)
    if (enough_at(v, away, at)) sum += static_cast<double>(std::min(kStep, to - at)) / 1e6;
  return sum;
}

// What stands between the halt and the first block of the new release is the upgrade's matter: its service levels judge it.
Finding judge_progress(const Context& c) {
  const auto most = c.scenario.demands.progress.seconds();
  const auto away = all_away(c.view);
  std::int64_t halt = c.view.plan ? c.view.plan->height : -1, worst_at = 0;
  double worst = 0;
  for (auto it = c.view.blocks.begin(); it != c.view.blocks.end(); ++it) {
    const auto next = std::next(it);
    if (next == c.view.blocks.end() || (it->first <= halt && halt < next->first)) continue;
    if (const auto gap = owed(c.view, away, it->second.seen, next->second.seen); gap > worst) worst = gap, worst_at = it->first;
  }
  const auto want = fmt::format("never {} s without a block while more than 2/3 of the power is live", most);
  const auto have = fmt::format("longest {:.1f} s, after {}", worst, worst_at);
  if (c.view.blocks.size() < 2) return inconclusive("fewer than two blocks were seen");
  return worst > most ? failed("the chain stood although it had the power to go on", want, have) : passed(want, have);
}

Finding judge_one_block(const Context& c) {
  if (const auto d = conflicting_blocks(c.view)) return failed(d->proven_by, "one block a height", d->first_evidence);
  return passed("one block a height", fmt::format("{} heights, on {} nodes", c.view.blocks.size(), c.view.nodes.size()));
}

// A fault of that kind was begun on the node.
template <class Kind>
bool made_to(const Context& c, const std::string& node, Kind of_kind) {
  return std::any_of(c.view.faults.begin(), c.view.faults.end(), [&](const SeenFault& f) {
    return f.transition(FaultState::injecting) && of_kind(f) && std::find(f.nodes.begin(), f.nodes.end(), node) != f.nodes.end();
  });
}

Finding judge_states(const Context& c) {
  const auto d = first_divergence(c.view);
  if (!d) return passed("one state a height", fmt::format("{} heights", c.view.states.first.size()));
  const auto innocent = [&](const std::string& node) { return !made_to(c, node, [](const SeenFault& f) { return f.expects(Cause::app_hash_divergence); }); };
  const auto states = std::count_if(d->groups.begin(), d->groups.end(), [&](const auto& g) { return std::any_of(g.second.begin(), g.second.end(), innocent); });
  if (states > 1)
    return failed(fmt::format("after block {} nodes hold different states", d->height), "one state a height", fmt::format("{} states", d->groups.size()));
  return passed("one state a height", "one but for whom a fault makes hold another");
}

// Evidence is the chain's own word. Whoever a fault makes misbehave is exempt, by name.
Finding judge_double_signs(const Context& c) {
  std::vector<std::string> guilty, exempt;
  for (const auto* n : c.view.validators())
    for (const auto* said_by : c.view.all())
      for (const auto& l : said_by->lines) {
        if (l.pattern != Pattern::equivocation || !names_validator(l, n->member)) continue;
        const bool meant = made_to(c, n->member.name, [](const SeenFault& f) { return f.plan.fault == "double-sign"; });
        auto& list = meant ? exempt : guilty;
        if (std::find(list.begin(), list.end(), n->member.name) == list.end()) list.push_back(n->member.name);
      }
  if (!guilty.empty()) return failed(fmt::format("signed twice: {}", fmt::join(guilty, ", ")), "nobody", fmt::format("{}", fmt::join(guilty, ", ")));
  return passed("nobody", exempt.empty() ? "nobody" : fmt::format("{}, whom a fault makes do so", fmt::join(exempt, ", ")));
}

// Each accepted one is in a block once: found by its hash, counted by the account's sequence, and seen in what it brought.
Finding judge_transactions(const record::TransactionsAccounted& t) {
  const auto want = "each accepted one in a block, once";
  const auto have = fmt::format("{} accepted ({} times again), {} refused, {} in blocks, {} counted by the chain, {} received", t.accepted,
                                t.sent_again, t.refused, t.in_blocks, t.sequence, t.received);
  if (!t.missing.empty())
    return failed(fmt::format("{} accepted transactions are lost, the first {}", t.missing.size(), t.missing.front()), want, have);
  if (!t.failed.empty()) return failed(fmt::format("{} were not carried out, the first {}", t.failed.size(), t.failed.front()), want, have);
  if (t.received > t.in_blocks || t.sequence > t.in_blocks)
    return failed("more was carried out than was sent: something was applied twice", want, have);
  if (t.received < t.in_blocks || t.sequence < t.in_blocks) return failed("what is in blocks is not in the state", want, have);
  if (!t.accepted) return inconclusive("none was accepted");
  return passed(want, have);
}

}  // namespace

std::vector<CheckResult> judge_faults(const Context& c) {
  std::vector<CheckResult> all;
  if (c.view.faults.empty()) return all;
  for (const auto& f : c.view.faults) {
    all.push_back(result(kFaults, name_of(f) + ": applied", subject_of(f), judge_fault_applied(c, f)));
    all.push_back(result(kFaults, name_of(f) + ": healed", subject_of(f), judge_healed(c, f)));
    all.push_back(result(kFaults, name_of(f) + ": recovered", subject_of(f), judge_recovery(c, f)));
  }
  all.push_back(result(kDemands, "One block a height", "network", judge_one_block(c)));
  all.push_back(result(kDemands, "One state a height", "network", judge_states(c)));
  all.push_back(result(kDemands, "No validator signs twice", "network", judge_double_signs(c)));
  all.push_back(result(kDemands, "Progress", "network", judge_progress(c)));
  for (const auto& t : c.view.transactions)
    all.push_back(result(kDemands, fmt::format("Accepted transactions of fault {}", t.fault), "network", judge_transactions(t)));
  return all;
}

namespace {

record::FaultCoverage coverage_of_step(const NetworkView& v, const std::string& name) {
  record::FaultCoverage one{name, "afterwards", 1};
  const auto step = std::ranges::find(v.steps, name, [](const SeenStep& s) { return s.step.step; });
  if (step == v.steps.end()) return one;
  if (step->outcome == StepOutcome::skipped) one.planned = 0, one.skipped = 1;
  one.applied = step->ended && (step->outcome == StepOutcome::done || step->outcome == StepOutcome::failed);
  one.healed = step->ended && step->outcome == StepOutcome::done;
  return one;
}

}  // namespace

std::vector<record::FaultCoverage> coverage_of(const NetworkView& v, const Scenario& s) {
  std::vector<record::FaultCoverage> all;
  for (const auto& f : v.faults) {
    record::FaultCoverage one{f.plan.fault, f.plan.when};
    (f.transition(FaultState::skipped) ? one.skipped : one.planned) = 1;
    one.applied = f.transition(FaultState::applied) != nullptr;
    one.healed = f.transition(FaultState::healed) != nullptr;
    all.push_back(one);
  }
  for (const auto& name : s.upgrade.afterwards) all.push_back(coverage_of_step(v, name));
  return record::sum_up(all);
}

}  // namespace rehearse
