#include "harness/judge/diagnosis/diagnose.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/diagnosis/panics.h"
#include "harness/record/cause.h"
#include "localnet/cosmos/go_panic.h"

namespace rehearse {

using record::CheckResult;
using record::Diagnosis;
using record::Outcome;

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = {
      {Cause::upgrade_info_left, true, upgrade_info_left},  // before whatever comes of it
      {Cause::operator_setting, true, operator_setting},
      {Cause::node_files, true, node_files},
      {Cause::missing_store_upgrade, true, missing_store_upgrade},
      {Cause::store_already_there, true, store_already_there},
      {Cause::upgrade_handler_panic, true, handler_panic_on_stack},
      {Cause::block_panic, true, block_panic},
      {Cause::upgrade_handler_panic, true, handler_panic},  // of a panic whose stack is not known
      {Cause::consensus_params_refused, true, params_refused},
      {Cause::results_divergence, true, results_divergence},
      {Cause::validators_divergence, true, validators_divergence},
      {Cause::app_version_divergence, true, app_version_divergence},
      {Cause::upgrade_handler_error, true, handler_error},
      {Cause::block_error, true, error_after_handler},
      {Cause::plan_replaced, true, plan_replaced},
      {Cause::plan_not_cancelled, true, plan_not_cancelled},
      {Cause::upgrade_not_skipped, true, upgrade_not_skipped},
      {Cause::upgrade_handler_missing, true, handler_missing},
      {Cause::conflicting_blocks, true, conflicting_blocks},
      {Cause::app_hash_divergence, true, app_hash_divergence},
      {Cause::block_error, true, block_error},
      {Cause::proposal_refused, true, proposal_refused},
      {Cause::vote_extension_refused, true, vote_extension_refused},
      {Cause::blocks_stopped, true, blocks_stopped},
      {Cause::double_sign, true, double_sign},
      {Cause::cosmovisor_misread, true, cosmovisor_misread},
      {Cause::checksum_mismatch, true, download_checksum},
      {Cause::wrong_architecture, true, download_platform},
      {Cause::genesis_refused, true, genesis_refused},
      {Cause::chain_did_not_halt, true, chain_did_not_halt},
      {Cause::start_panic, true, start_panic},
      {Cause::node_exited, true, node_exited},
      {Cause::node_exited, true, node_given_up},
      {Cause::provider_config_refused, true, provider_config_refused},
      {Cause::provider_exited, true, provider_exited},
      {Cause::provider_workloads_lost, false, provider_workloads_lost},
      {Cause::provider_bids_stuck, false, provider_bids_stuck},
      {Cause::migration_slow, false, migration_slow},
      {Cause::blocks_stopped, false, height_not_executed},
      {Cause::blocks_slow, false, blocks_dearer},
      {Cause::blocks_stopped, false, block_not_executed},
      {Cause::blocks_stopped, false, not_connected},
      {Cause::quorum_short, false, quorum_short},
      {Cause::validator_jailed, false, validator_jailed},
      {Cause::transactions_refused, false, transactions_refused},
      {Cause::parameters_changed, false, parameters_changed},
      {Cause::query_broken, false, query_broken},
  };
  return all;
}

bool any_line(const NodeView&, const SeenLine&) { return true; }

bool also_matches(const NodeView& n, const SeenLine& l, const std::function<bool(const SeenLine&)>& fits) {
  return std::any_of(n.lines.begin(), n.lines.end(), [&](const SeenLine& other) {
    return other.line.file == l.line.file && other.line.line == l.line.line && fits(other);
  });
}

const record::Answered* told_when_stopped(const NetworkView& v, const std::string& question) {
  for (const auto& seen : v.answers)
    if (seen.answer.checkpoint == kStopped && seen.answer.question == question && seen.answer.answered)
      return &seen.answer;
  return nullptr;
}

std::string text_when_stopped(const NetworkView& v, const std::string& question) {
  const auto* told = told_when_stopped(v, question);
  return told && told->value.is_string() ? told->value.get<std::string>() : "";
}

Found when_shown(const NetworkView& v, Pattern pattern, const Fits& fits, Cause cause,
                 const std::string& proven_by) {
  const auto shown = nodes_showing(v, pattern, fits);
  if (shown.nodes.empty()) return std::nullopt;
  return make_diagnosis(v, cause, proven_by, shown);
}

Shown nodes_showing(const NetworkView& v, Pattern pattern, const Fits& fits) {
  Shown shown;
  for (const auto& name : v.order) {
    const auto& n = v.nodes.at(name);
    const auto found = std::find_if(n.lines.begin(), n.lines.end(), [&](const SeenLine& l) {
      return l.pattern == pattern && fits(n, l) && !v.taken_down_at(name, l.seen);
    });
    if (found == n.lines.end()) continue;
    shown.nodes.push_back(name);
    if (!shown.first || found->seq < shown.first->seq) shown.first = &*found;
  }
  return shown;
}

std::string power_text(const NetworkView& v, const std::vector<std::string>& nodes) {
  return nodes.empty() ? "" : fmt::format("{} of {}", v.power_of(nodes), v.total_power());
}

const SeenEnd* unexpected_end(const NodeView& n) {
  for (const auto& e : n.ends)
    if (!e.excused) return &e;
  return nullptr;
}

const SeenEnd* first_unexpected_end(const NetworkView& v) {
  const SeenEnd* first = nullptr;
  for (const auto* n : v.all())
    if (const auto* end = unexpected_end(*n); end && (!first || end->seq < first->seq)) first = end;
  return first;
}

void show_end(Diagnosis& d, const SeenEnd& e) {
  const auto& p = e.end.panic;
  const auto at = [&](const std::string& text, std::int64_t line) {
    d.first_evidence = text;
    if (line) d.evidence_at = fmt::format("{}:{}", e.end.file, line);
  };
  if (!p.text.empty()) return at(panic_in_words(p.fatal, p.text, go_frames(p.frames)), p.line);
  if (!e.end.said.empty()) return at(e.end.said, e.end.said_line);
  if (!e.end.last_lines.empty()) at(e.end.last_lines.back(), e.end.line);
}

Diagnosis make_diagnosis(const NetworkView& v, Cause cause, const std::string& proven_by,
                         const Shown& shown) {
  Diagnosis d;
  d.cause = cause;
  d.owner = name_of(owner_of(cause));
  d.proven_by = proven_by;
  d.affected_nodes = shown.nodes;
  const auto place = [&v](const std::string& name) {
    return std::find(v.order.begin(), v.order.end(), name) - v.order.begin();
  };
  std::stable_sort(d.affected_nodes.begin(), d.affected_nodes.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  d.affected_power = power_text(v, shown.nodes);
  d.advice = advice_for(cause);
  if (shown.first) {
    d.first_evidence = shown.first->line.text;
    d.evidence_at = shown.first->place();
  }
  return d;
}

namespace {
// A step may expect a failure, and a fault may bring it about: then it is none.
Found find(const Rule& rule, const NetworkView& v) {
  return v.expects("", rule.cause) || v.fault_expects(rule.cause) ? std::nullopt : rule.find(v);
}
}  // namespace

std::optional<Diagnosis> proven_failure(const NetworkView& v) {
  for (const auto& rule : rules())
    if (rule.tripwire)
      if (auto found = find(rule, v)) return found;
  return std::nullopt;
}

std::optional<Diagnosis> proven_in_the_end(const NetworkView& v) {
  if (auto found = proven_failure(v)) return found;
  if (auto found = migration_slow(v)) return found;
  if (auto found = height_not_executed(v)) return found;
  if (auto found = blocks_dearer(v)) return found;
  return block_not_executed(v);
}

bool shown_by_all(const NetworkView& v, const Diagnosis& d) {
  // Whoever has executed the block at which others fail does not show it any more.
  auto beyond = v.plan ? v.plan->height : 0;
  if (d.where.height) beyond = std::max(beyond, d.where.height);
  else if (const auto n = d.affected_nodes.empty() ? v.nodes.end() : v.nodes.find(d.affected_nodes.front()); n != v.nodes.end())
    beyond = std::max(beyond, failed_height(v, n->second) + 1);  // no node: a provider daemon
  return std::all_of(v.nodes.begin(), v.nodes.end(), [&](const auto& entry) {
    const auto& [name, n] = entry;
    const bool named =
        std::find(d.affected_nodes.begin(), d.affected_nodes.end(), name) != d.affected_nodes.end();
    return named || !n.alive || (beyond && n.committed_at(beyond));
  });
}

std::string stop_reason(const NetworkView& v) {
  if (!v.stopped) return "the run did not end";
  if (v.stopped->cause == Cause::machine_stalled)
    if (const auto found = proven_in_the_end(v)) return name_of(found->cause);
  if (v.stopped->cause != Cause::none) return name_of(v.stopped->cause);
  for (const auto& rule : rules())
    if (const auto found = find(rule, v)) return name_of(found->cause);
  return name_of(v.stopped->reason);
}

namespace {

// What followed from it, for the reader who looks at other nodes first.
std::vector<std::string> consequences(const NetworkView& v, const Diagnosis& d) {
  std::vector<std::string> out;
  for (const auto* n : v.all())
    if (const auto* end = unexpected_end(*n))
      out.push_back(fmt::format("{}: {} ended ({})", n->member.name, end->end.program,
                                end->end.signal ? fmt::format("signal {}", end->end.signal)
                                                : fmt::format("exit {}", end->end.exit_code)));
  if (const auto* first = first_unexpected_end(v); first && d.cause == Cause::node_exited)
    for (const auto& line : first->end.last_lines) out.push_back("it said: " + line);
  if (v.plan && v.highest_height() <= v.plan->height && !d.affected_nodes.empty() && v.nodes.size() > 0 &&
      v.highest_height() > 0)
    out.push_back(fmt::format("the chain stands at height {}", v.highest_height()));
  return out;
}

// What followed, and who shows it not.
void complete(const NetworkView& v, Diagnosis& d) {
  const auto more = consequences(v, d);
  d.consequences.insert(d.consequences.end(), more.begin(), more.end());
  tell_groups(v, d);
}

// Where it is, and what it said last of what is known to matter.
std::string where_it_is(const NodeView& n) {
  auto text = fmt::format("{}: {}, block {}, application {}", n.member.name, n.starts.empty() ? "somebody else's" : n.alive ? "runs" : "has ended",
                          n.head.store_height, n.head.app_height);
  if (!n.probes.empty())
    text += fmt::format(", consensus at {}/{}/{}", n.probes.back().consensus.height,
                        n.probes.back().consensus.round, n.probes.back().consensus.step);
  if (!n.lines.empty())
    text += fmt::format("; said at {}: {}", n.lines.back().place(), n.lines.back().line.text);
  return text;
}

// The first of them that has a name of its own.
Cause cause_of_checks(const std::vector<CheckResult>& checks) {
  for (const auto& c : checks)
    if (const auto cause = cause_of_failed(c); c.outcome == Outcome::fail && cause != Cause::check_failed) return cause;
  return Cause::check_failed;
}

// Of the items with that outcome; those that fail for that cause before others.
Diagnosis of_checks(const NetworkView& v, const std::vector<CheckResult>& checks, Outcome outcome,
                    Cause cause) {
  Diagnosis d = make_diagnosis(v, cause, "", {});
  std::set<std::string> nodes;
  int count = 0;
  std::vector<CheckResult> found;
  std::ranges::copy_if(checks, std::back_inserter(found), [&](const CheckResult& c) { return c.outcome == outcome; });
  std::stable_partition(found.begin(), found.end(), [&](const CheckResult& c) { return cause_of_failed(c) == cause; });
  for (const auto& c : found) {
    if (!count++) {
      d.proven_by = c.checklist + ": " + c.title + " (" + c.subject + ")";
      d.first_evidence = c.message;
      if (!c.evidence.empty()) d.evidence_at = c.evidence.front();
    } else {
      d.consequences.push_back(c.title + " (" + c.subject + "): " + c.message);
    }
    if (v.nodes.contains(c.subject)) nodes.insert(c.subject);
  }
  d.affected_nodes.assign(nodes.begin(), nodes.end());
  d.affected_power = power_text(v, d.affected_nodes);
  return d;
}

}  // namespace

Diagnosis diagnose(const NetworkView& v, const std::vector<CheckResult>& checks) {
  // A proof beats a suspicion: a busy machine is no excuse for what is proven.
  const bool stalled = v.stopped && v.stopped->cause == Cause::machine_stalled;
  if (stalled)
    if (auto found = proven_in_the_end(v)) {
      complete(v, *found);
      return *found;
    }
  // Whoever stopped the run knew why: nothing ran yet, or governance said no.
  if (v.stopped && v.stopped->cause != Cause::none) {
    auto d = make_diagnosis(v, v.stopped->cause, v.stopped->step, {});
    d.first_evidence = v.stopped->detail;
    // The release before it has refused that.
    if (d.cause == Cause::transaction_failed && std::ranges::none_of(v.all(), [](const auto* n) { return n->halt.has_value(); }))
      d.owner = name_of(Owner::chain);
    return d;
  }
  for (const auto& rule : rules())
    if (auto found = find(rule, v)) {
      complete(v, *found);
      return *found;
    }
  // A step that failed on the way is no checklist item that does not hold.
  const std::pair<Outcome, Cause> by_items[] = {{Outcome::fail, cause_of_checks(checks)},
                                                {Outcome::inconclusive, Cause::not_proven}};
  for (const auto& [outcome, cause] : by_items)
    if (v.stopped && v.stopped->reason == StopReason::completed &&
        std::any_of(checks.begin(), checks.end(),
                    [outcome = outcome](const CheckResult& c) { return c.outcome == outcome; }))
      return of_checks(v, checks, outcome, cause);
  auto d = make_diagnosis(v, Cause::unknown, "no rule fits", {});
  if (v.stopped) d.first_evidence = v.stopped->detail;
  if (v.network)
    for (const auto* n : v.all()) d.consequences.push_back(where_it_is(*n));
  if (v.stopped && (v.stopped->reason == StopReason::error || v.stopped->reason == StopReason::deadline)) {
    d.owner = name_of(Owner::harness);
    d.proven_by = "the rehearsal could not go on";
    d.advice = "mend what it says and run again: the release is not judged";
  }
  return d;
}

}  // namespace rehearse
