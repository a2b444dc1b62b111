// The runbook's "Upgrade Coordination Timeline" and the response times of its hotfixes, as service levels: times of the run
// stand for longer ones, at the scenario's scale.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/judge/checks/checklist.h"
#include "harness/view/step_ids.h"
#include "harness/view/timing.h"

namespace rehearse {

namespace {

// `took`: nothing when it did not come to it.
Finding within(const Context& c, std::optional<Span> took, Duration limit, const std::string& what) {
  const double scale = c.scenario.service_levels.scale;
  if (!took) return inconclusive("it was not seen: " + what);
  const auto want = fmt::format("{} within {}", what, to_string(limit));
  const auto have = fmt::format("{:.1f} s, which stand for {}", took->seconds(),
                                to_string(Duration{std::chrono::seconds(std::llround(took->seconds() * scale))}));
  if (took->seconds() * scale <= limit.seconds()) return passed(want, have);
  if (on_a_fast_machine(c, *took) * scale <= limit.seconds())
    return inconclusive(what + " took " + have + ", on a machine that stood still or was too slow");
  return failed("the service level is breached: " + what + " took " + have, want, have);
}

const record::TimelineEntry* entry(const std::vector<record::TimelineEntry>& all, const std::string& what) {
  for (const auto& e : all)
    if (e.what == what) return &e;
  return nullptr;
}

// Came before the halt.
Finding before_halt(const Context& c, const char* what) {
  const auto all = timeline_of(c.view);
  const auto *e = entry(all, what), *halt = entry(all, kHaltEntry);
  if (!e) return failed(std::string("not seen: ") + what, "before the halt", "never");
  if (halt && e->t_s > halt->t_s) return failed(std::string(what) + " after the halt", "before the halt", fmt::format("{:.1f} s after", e->t_s - halt->t_s));
  return passed("before the halt", fmt::format("{:.1f} s before", halt ? halt->t_s - e->t_s : 0.0));
}

Finding judge_proposal(const Context& c, const std::string&) { return before_halt(c, kProposalEntry); }
Finding judge_confirmed(const Context& c, const std::string&) { return before_halt(c, kConfirmedEntry); }

// The new binary was downloaded and verified before the chain halted for it.
Finding judge_ready(const Context& c, const std::string&) {
  const auto all = timeline_of(c.view);
  const auto* halt = entry(all, kHaltEntry);
  if (!c.view.releases || !c.view.run) return failed("the new binary was not ready", "before the halt", "never");
  const auto ready = static_cast<double>(c.view.releases_seen - c.view.run->invoked) / 1e6;
  if (halt && ready > halt->t_s) return failed("the new binary was not ready", "before the halt", fmt::format("{:.1f} s after", ready - halt->t_s));
  return passed("before the halt", fmt::format("{:.1f} s before", halt ? halt->t_s - ready : 0.0));
}

Finding judge_halt(const Context& c, const std::string&) {
  const auto all = timeline_of(c.view);
  const auto* halt = entry(all, kHaltEntry);
  if (!halt) return failed("the chain did not halt", "a halt at the upgrade height", "none");
  return passed("a halt at the upgrade height", fmt::format("height {}", c.view.plan->height));
}

// Times since the user's command, as a timeline has them.
Span since_halt(const Context& c, double t_s, double halt_s) {
  const auto moment = [&](double t) { return c.view.run->invoked + static_cast<Micros>(t * 1e6); };
  return {moment(halt_s), moment(t_s)};
}

Finding after_halt(const Context& c, const char* what, Duration limit) {
  const auto all = timeline_of(c.view);
  const auto* e = entry(all, what);
  return within(c, e ? std::optional(since_halt(c, e->t_s, e->t_s - e->after_halt_s)) : std::nullopt, limit, what);
}

Finding judge_majority(const Context& c, const std::string&) {
  return after_halt(c, kMajorityEntry, c.scenario.service_levels.majority_upgraded);
}
Finding judge_resumes(const Context& c, const std::string&) {
  return after_halt(c, kResumesEntry, c.scenario.service_levels.chain_resumes);
}

// The questions of the verification are asked; of several procedures the one with the plan is over.
std::optional<Micros> verified_at(const NetworkView& v) {
  for (const auto& l : v.legs)
    if (l.leg.leg + "/" == v.plan_leg && l.ended) return l.ended;
  const auto asked = v.milestones.find(MilestoneName::asked);
  return asked == v.milestones.end() ? std::nullopt : std::optional(asked->second);
}

Finding judge_verified(const Context& c, const std::string&) {
  const auto all = timeline_of(c.view);
  const auto* halt = entry(all, kHaltEntry);
  const auto verified = verified_at(c.view);
  std::optional<Span> took;
  if (halt && verified) took = Span{since_halt(c, 0, halt->t_s).from, *verified};
  return within(c, took, c.scenario.service_levels.verified, "full verification");
}

// --- Hotfixes: since the announcement

std::optional<Micros> announced(const Context& c) {
  for (const auto& s : c.view.steps)
    if (s.step.step == step_id::announce && s.ended) return s.ended;
  return std::nullopt;
}

// Until the nodes that run the hotfix have that part of the power; the starts after the announcement are theirs.
std::optional<Span> until_power(const Context& c, double part) {
  const auto from = announced(c);
  if (!from) return std::nullopt;
  std::vector<std::pair<Micros, std::string>> starts;
  for (const auto* n : c.view.validators())
    if (n->started > *from) starts.emplace_back(n->started, n->member.name);
  std::sort(starts.begin(), starts.end());
  std::vector<std::string> names;
  for (const auto& [when, name] : starts) {
    names.push_back(name);
    if (static_cast<double>(c.view.power_of(names)) > part * static_cast<double>(c.view.total_power()))
      return Span{*from, when};
  }
  return std::nullopt;
}

Finding judge_response(const Context& c, const std::string&) {
  return within(c, until_power(c, 0), response_time(c.scenario), "the first node to run the hotfix");
}
Finding judge_hotfix_majority(const Context& c, const std::string&) {
  return within(c, until_power(c, 2.0 / 3), majority_time(c.scenario), "the majority of the power to run the hotfix");
}

}  // namespace

std::vector<Check> timeline_checks() {
  return {
      {"Governance proposal submitted", Scope::network, no_questions, judge_proposal},
      {"Voting ends, upgrade confirmed", Scope::network, no_questions, judge_confirmed},
      {"Final preparation, binary ready", Scope::network, no_questions, judge_ready},
      {"Chain halts at upgrade height", Scope::network, no_questions, judge_halt},
      {"Majority validators upgraded", Scope::network, no_questions, judge_majority},
      {"Chain resumes", Scope::network, no_questions, judge_resumes},
      {"Full verification complete", Scope::network, no_questions, judge_verified},
  };
}

std::vector<Check> hotfix_timeline_checks() {
  return {
      {"Response time", Scope::network, no_questions, judge_response},
      {"Majority upgraded", Scope::network, no_questions, judge_hotfix_majority},
  };
}

}  // namespace rehearse
