#include "harness/judge/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/checks/faults.h"
#include "harness/record/cause.h"
#include "harness/view/starvation.h"
#include "harness/judge/diagnosis/diagnose.h"
#include "harness/judge/diagnosis/rules.h"
#include "harness/view/timing.h"
#include "localnet/base/utc.h"

namespace rehearse {

using record::CheckResult;
using record::Outcome;
using record::RunRecord;

namespace {

// Each step of the procedure is an item too.
std::vector<CheckResult> step_results(const NetworkView& v) {
  std::vector<CheckResult> results;
  for (const auto& s : v.steps) {
    CheckResult r;
    r.checklist = "Upgrade";
    r.title = s.step.title;
    r.subject = "network";
    r.seconds = s.ended ? static_cast<double>(s.ended - s.started) / 1e6 : 0;
    if (!s.step.runbook.empty()) r.evidence.push_back("runbook: " + s.step.runbook);
    if (s.ended && s.outcome == StepOutcome::done) {
      r.outcome = Outcome::pass;
      r.actual = s.detail;
    } else if (s.ended && s.outcome == StepOutcome::skipped) {
      r.outcome = Outcome::skipped;
      r.message = s.detail;
    } else {
      r.outcome = s.outcome == StepOutcome::failed ? Outcome::fail : Outcome::error;
      r.message = s.detail.empty() ? "it did not end" : s.detail;
    }
    results.push_back(r);
  }
  return results;
}

// In the step that was not over in its time.
bool stalled_in_the_end(const NetworkView& v) {
  return stalled_between(v, v.steps.empty() ? 0 : v.steps.back().started, v.stopped_seen) > 0;
}

std::string verdict_of(const NetworkView& v, const std::vector<CheckResult>& checks) {
  if (!v.stopped) return "error";  // the harness was killed
  const auto& reason = v.stopped->reason;
  if (reason == StopReason::cancelled) return "cancelled";
  if (reason == StopReason::error) return "error";
  if (reason == StopReason::failure_proven || reason == StopReason::step_failed) return "fail";
  if (reason == StopReason::time_out)
    return stalled_in_the_end(v) && !proven_in_the_end(v) ? "inconclusive" : "fail";
  if (reason != StopReason::completed) return "inconclusive";
  auto any = [&](Outcome o) {
    return std::any_of(checks.begin(), checks.end(), [o](const auto& c) { return c.outcome == o; });
  };
  if (any(Outcome::fail)) return "fail";
  if (any(Outcome::inconclusive) || any(Outcome::error)) return "inconclusive";
  return any(Outcome::pass) ? "pass" : "inconclusive";
}

// Seconds from the event that proved a failure (or the last answer) to the end of the scenario.
double to_verdict(const NetworkView& v) {
  if (!v.stopped) return 0;
  Micros proven = 0;
  if (const auto found = v.milestones.find(MilestoneName::proven); found != v.milestones.end()) proven = found->second;
  else if (v.stopped->reason == StopReason::completed)
    for (const auto& a : v.answers)
      if (a.seq < v.stopped_seq) proven = a.seen;  // what stopped nodes tell comes after it
  return proven ? static_cast<double>(v.stopped_seen - proven) / 1e6 : 0;
}

double from_evidence(const NetworkView& v, const RunRecord& r) {
  // Of what is shown first: a line of a node, or how it ended; nothing when it stands in no log.
  const auto seen = v.stopped && r.diagnosis ? seen_at(v, r.diagnosis->evidence_at) : std::nullopt;
  return seen && *seen < v.stopped_seen ? static_cast<double>(v.stopped_seen - *seen) / 1e6 : r.timing.to_verdict_s;
}

// The scenario's lists are about the whole, also where the run ended within a leg, which has answers of its own.
std::vector<record::CheckResult> judge_whole(const NetworkView& v, const Scenario& scenario, const Profile& profile) {
  if (!v.leg()) return judge_checklists({v, scenario, profile});
  auto whole = v;
  whole.legs.back().ended = v.stopped_seen;
  return judge_checklists({whole, scenario, profile});
}

}  // namespace

RunRecord judge(const NetworkView& v, const Scenario& scenario, const Profile& profile) {
  RunRecord r;
  r.scenario = scenario.name;
  r.title = scenario.title;
  r.profile = profile.name;
  r.expected = expected_of(scenario);
  r.checks = step_results(v);
  const auto items = judge_whole(v, scenario, profile);
  r.checks.insert(r.checks.end(), items.begin(), items.end());
  const auto of_faults = judge_faults({v, scenario, profile});
  r.checks.insert(r.checks.end(), of_faults.begin(), of_faults.end());
  r.coverage = coverage_of(v, scenario);
  if (const auto* a = state_changes(v); a && a->answer.answered) r.state = a->answer.value.get<record::StateChanges>();
  if (v.network) r.network = v.network->members;
  r.verdict = verdict_of(v, r.checks);
  if (r.verdict == "fail") {
    r.diagnosis = diagnose(v, r.checks);
    const auto& owner = r.diagnosis->owner;
    if (owner != name_of(Owner::release) && owner != name_of(Owner::operators)) r.verdict = "inconclusive";
  }
  if (r.verdict == "error" || r.verdict == "inconclusive") {
    r.diagnosis = diagnose(v, r.checks);
    if (r.diagnosis->cause == Cause::check_failed) r.diagnosis.reset();
  }
  // A scenario that must fail passes when it fails for its cause, and only then.
  if (scenario.expect) {
    const bool right = r.verdict == "fail" && r.diagnosis && r.diagnosis->cause == scenario.expect;
    if (right)
      r.verdict = "pass";
    else if (r.verdict == "pass") {
      r.verdict = "fail";
      r.diagnosis = make_diagnosis(v, Cause::no_failure, "every step and check passed", {});
      r.diagnosis->first_evidence = "expected " + name_of(*scenario.expect);
    }
  }
  r.timing = timing_of(v);
  r.timing.to_verdict_s = to_verdict(v);
  r.timing.from_evidence_s = from_evidence(v, r);
  r.timeline = timeline_of(v);
  if (v.releases) {
    r.from = v.releases->from;
    r.to = v.releases->to;
    r.cosmovisor_sha256 = v.releases->cosmovisor_sha256;
  }
  if (v.provider_plan && v.legs.empty()) {  // what was upgraded
    r.from = v.provider_plan->from;
    r.to = v.provider_plan->to;
  }
  if (const auto& f = v.forked) r.forked_from = record::ForkedFrom{f->checkpoint, f->scenario, name_of(f->phase), f->height, f->past_s};
  if (v.run) {
    r.scenario_digest = v.run->scenario_digest;
    r.profile_digest = v.run->profile_digest;
    r.known_defects = v.run->known_defects;
    r.seed = v.run->seed;
    r.harness_version = v.run->harness_version;
    r.host = v.run->host;
    r.command = v.run->command;
    r.reproduce = v.run->command;
    const std::time_t started = v.run->invoked / 1000000;
    r.started = utc(started);
  }
  return r;
}

}  // namespace rehearse
