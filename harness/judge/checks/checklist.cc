#include "harness/judge/checks/checklist.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/diagnosis/diagnose.h"

namespace rehearse {

namespace {
constexpr const char* kBeforeUpgrade = "Pre-Upgrade Checklist";

std::vector<Check> joined(const std::vector<std::vector<Check>>& lists) {
  std::vector<Check> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}
}  // namespace

Cause cause_of_failed(const record::CheckResult& item) {
  for (const auto& list : checklists())
    for (const auto& check : list.checks)
      if (list.title == item.checklist && check.title == item.title) return check.cause;
  return Cause::check_failed;
}

bool is_before(const std::string& name) { return name == kDayBefore || name == kHourBefore || name == kJustBefore; }

bool asks_anything(const Checklist& list) {
  return std::ranges::any_of(list.checks, [](const Check& check) { return check.questions != no_questions; });
}

const std::vector<Checklist>& checklists() {
  static const std::vector<Checklist> all = {
      {kDayBefore, "Pre-Upgrade Checklist: 24 Hours Before", kBeforeUpgrade, day_before_checks()},
      {kHourBefore, "Pre-Upgrade Checklist: 1 Hour Before", kBeforeUpgrade, hour_before_checks()},
      {kJustBefore, "Pre-Upgrade Checklist: Immediately Before", kBeforeUpgrade, just_before_checks()},
      {"validator-verification", "Validator Verification Checklist", "Post-Upgrade Verification",
       validator_checks()},
      {"provider-verification", "Provider Verification Checklist", "Post-Upgrade Verification", provider_checks(),
       {.provider = true}},
      {"network-verification", "Network-Wide Verification", "Post-Upgrade Verification", network_checks()},
      {"state-invariants", "State Invariants", "Post-Upgrade Verification",
       joined({state_checks(), state_difference_checks(), invariant_checks(), block_interval_checks(), growth_checks(), validator_set_checks(), validators_kept_checks(), missed_blocks_checks(), blocks_kept_checks(), service_checks(), votes_counted_checks()})},
      {"state-in-use", "State of a Chain in Use", "Post-Upgrade Verification", population_checks(),
       {.questions = {"balances", "delegations", "votes"}}},
      {"coordination-timeline", "Upgrade Coordination Timeline", "Chain Upgrades (Governance)", timeline_checks()},
      {"hotfix-timeline", "Hotfix Response Times", "Emergency Hotfixes", hotfix_timeline_checks()},
      {"rollback-verification", "Rollback Verification", "Rollback Procedures", rollback_checks()},
  };
  return all;
}

const std::vector<std::string>& lists_of_chain() {
  static const std::vector<std::string> all = {"validator-verification", "network-verification", "state-invariants"};
  return all;
}

const Checklist* find_checklist(const std::string& name) {
  for (const auto& l : checklists())
    if (l.name == name) return &l;
  return nullptr;
}

std::string checklist_names() {
  std::string names;
  for (const auto& l : checklists())
    if (!is_before(l.name)) names += (names.empty() ? "" : ", ") + std::string(l.name);
  return names;
}

namespace {

// (check, subject) of every item of a list, in order.
template <class Visit>
void each_item_of(const Checklist& list, const Context& c, Visit visit) {
  for (const auto& check : list.checks) {
    if (check.scope != Scope::each_validator) {
      visit(list, check, "");
      continue;
    }
    for (const auto& name : c.validators()) visit(list, check, name);
  }
}

template <class Visit>
void each_item(const Context& c, Visit visit) {
  for (const auto* lists : {&c.scenario.before, &c.scenario.after})
    for (const auto& name : *lists) each_item_of(*find_checklist(name), c, visit);
}

std::string subject_of(const Check& check, const std::string& node) {
  if (check.scope == Scope::each_validator) return node;
  return check.scope == Scope::provider ? kProvider : "network";
}

// What the answers say comes from the release under test: one of a form that nobody expected proves nothing.
Finding finding_of(const Check& check, const Context& c, const std::string& node) {
  try {
    return check.judge(c, node);
  } catch (const record::Json::exception& e) {
    return inconclusive(std::string("an answer has an unexpected form: ") + e.what());
  }
}

// A pre-upgrade list is reached with its step; the others when the scenario asked its last questions, of a network with the
// validators it has: before that nothing can be judged.
bool is_reached(const Context& c, const std::string& list) {
  if (is_before(list))
    return std::any_of(c.view.steps.begin(), c.view.steps.end(),
                       [&](const SeenStep& s) { return s.step.step == list && s.ended; });
  const auto names = c.validators();
  return c.view.milestones.contains(MilestoneName::asked) && !c.view.validators().empty() &&
         std::all_of(names.begin(), names.end(), [&](const auto& name) { return c.view.nodes.contains(name); });
}

bool same(const Question& a, const Question& b) {
  return a.name == b.name && a.node == b.node && a.args == b.args && a.height == b.height;
}

}  // namespace

std::vector<Question> questions_of(const Context& c, const std::string& checkpoint) {
  std::vector<Question> all;
  each_item(c, [&](const Checklist&, const Check& check, const std::string& node) {
    if (check.scope == Scope::provider && !c.view.provider_plan) return;  // it is set up later
    for (auto& q : check.questions(c, checkpoint, node))
      if (std::none_of(all.begin(), all.end(), [&](const Question& other) { return same(q, other); }))
        all.push_back(std::move(q));
  });
  return all;
}

std::vector<std::string> unsettled(const Context& c) {
  std::vector<std::string> open;
  each_item(c, [&](const Checklist&, const Check& check, const std::string& node) {
    if (!check.settles) return;
    const auto found = finding_of(check, c, node);
    if (found.open || (found.outcome != record::Outcome::pass && found.outcome != record::Outcome::skipped))
      open.push_back(fmt::format("{} ({})", check.title, subject_of(check, node)));
  });
  return open;
}

namespace {
record::CheckResult result_of(const Checklist& list, const Check& check, const std::string& node, Finding f) {
  return {list.title, check.title, subject_of(check, node), f.outcome, std::move(f.expected), std::move(f.actual),
          std::move(f.message), std::move(f.evidence), 0};
}
}  // namespace

std::vector<record::CheckResult> judge_checklist(const Context& c, const std::string& name) {
  std::vector<record::CheckResult> results;
  each_item_of(*find_checklist(name), c, [&](const Checklist& list, const Check& check, const std::string& node) {
    results.push_back(result_of(list, check, node, finding_of(check, c, node)));
  });
  return results;
}

std::vector<record::CheckResult> judge_checklists(const Context& c) {
  const auto why = c.view.stopped ? "not reached (" + stop_reason(c.view) + ")" : "not reached";
  std::vector<record::CheckResult> results;
  for (const auto* lists : {&c.scenario.before, &c.scenario.after})
    for (const auto& name : *lists) {
      const bool reached = is_reached(c, name);
      each_item_of(*find_checklist(name), c, [&](const Checklist& list, const Check& check, const std::string& node) {
        results.push_back(result_of(list, check, node, reached ? finding_of(check, c, node) : skipped(why)));
      });
    }
  return results;
}

}  // namespace rehearse
