// What fails beyond the upgrade's handler: the program at its start, the block at H or after it, proposals.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/diagnosis/panics.h"
#include "localnet/cosmos/go_panic.h"
#include "localnet/cosmos/log_entry.h"

namespace rehearse {

namespace {

constexpr const char* kApplyError = "failed to apply block; error ";  // CometBFT, consensus/state.go

void add_node(std::vector<std::string>& nodes, const NodeView& n) {
  if (std::find(nodes.begin(), nodes.end(), n.member.name) == nodes.end()) nodes.push_back(n.member.name);
}

// What failed before the upgrade is not the new release's.
void say_whose(const NetworkView& v, record::Diagnosis& d) {
  if (v.plan && v.highest_height() < v.plan->height) d.owner = name_of(Owner::chain);
}

// From the panics of processes, and of consensus, for which `fits`.
template <class Fits>
Found of_panics(const NetworkView& v, Cause cause, const char* proof, bool live, Fits fits) {
  Shown shown;
  std::optional<SeenPanic> first;
  const auto take = [&](SeenPanic p) {
    if (!fits(p)) return;
    add_node(shown.nodes, *p.node);
    if (!first || p.seq < first->seq) first = std::move(p);
  };
  for (auto& p : panics_of_processes(v)) take(std::move(p));
  if (live)
    for (auto& f : consensus_failures(v))
      if (!f.error.starts_with(kApplyError))
        take({f.node, f.line->seq, f.error, f.line->place(), std::move(f.frames), "", false});
  if (!first) return std::nullopt;
  auto d = make_diagnosis(v, cause, proof, shown);
  say_whose(v, d);
  d.where = failed_at(v, *first->node, first->frames);
  d.first_evidence = panic_in_words(first->fatal, first->text, first->frames);
  d.evidence_at = first->place;
  return d;
}

// What a copy of a node told at that block, of `kind` "error" or "panic", where the nodes stood and said nothing.
Found told_by_copy(const NetworkView& v, Cause cause, const char* kind) {
  const auto* told = told_when_stopped(v, kSilentFailure);
  const auto stopped = told && told->value.contains(kind) ? blocks_stopped(v) : std::nullopt;
  if (!stopped) return std::nullopt;
  auto d = make_diagnosis(v, cause, "consensus has ended without a word; a copy of a node that meets the block again says why",
                          {stopped->affected_nodes, nullptr});
  d.where.height = stopped->where.height;
  d.first_evidence = told->value[kind].get<std::string>();
  return d;
}

bool is_engine_of_a_header(const SeenPanic& p) {
  return p.text.find("wrong Block.Header") != std::string::npos || p.text.find("AppHash does not match") != std::string::npos;
}

}  // namespace

Found start_panic(const NetworkView& v) {
  auto found = of_panics(v, Cause::start_panic, "the program panics while it is built up, before any block",
                         false, [](const SeenPanic& p) {
                           const auto method = abci_method(p.frames);
                           return p.goroutine.starts_with("goroutine 1 ") && !p.frames.empty() && !through_upgrade_handler(p.frames) &&
                                  !in_consensus_engine(p.frames) && (!method || *method == AbciMethod::start);
                         });
  if (found) found->where.height = 0;
  return found;
}

Found handler_panic_on_stack(const NetworkView& v) {
  return of_panics(v, Cause::upgrade_handler_panic, "the stack goes through the upgrade handler", true,
                   [](const SeenPanic& p) { return through_upgrade_handler(p.frames); });
}

Found block_panic(const NetworkView& v) {
  if (auto told = told_by_copy(v, Cause::block_panic, "panic")) {
    const auto panic = read_stack(told_when_stopped(v, kSilentFailure)->value.value("stack", ""), told->first_evidence);
    const auto frames = panic ? panic->frames : std::vector<GoFrame>{};
    told->where = failed_at(told->where.height, frames);
    told->first_evidence = "panic: " + in_words(told->first_evidence, frames);
    return told;
  }
  return of_panics(v, Cause::block_panic, "the stack of the panic does not go through the upgrade handler",
                   true, [](const SeenPanic& p) {
                     if (p.frames.empty() || through_upgrade_handler(p.frames) || is_engine_of_a_header(p))
                       return false;
                     const auto method = abci_method(p.frames);
                     return in_consensus_engine(p.frames) ||
                            (method && *method != AbciMethod::start && *method != AbciMethod::init_chain);
                   });
}

void tell_where(const NetworkView& v, record::Diagnosis& d, std::int64_t height) {
  const auto method = text_when_stopped(v, kFailedMethod), module = text_when_stopped(v, kFailedModule);
  d.where = {height, method.empty() ? name_of(AbciMethod::finalize_block) : method, module};
  if (!module.empty())
    d.consequences.push_back(
        fmt::format("in a copy of a node, {} of {} was the last of the modules' to begin before the error", method, module));
}

Found block_error(const NetworkView& v) {
  if (auto told = told_by_copy(v, Cause::block_error, "error")) {
    tell_where(v, *told, told->where.height);
    return told;
  }
  Shown shown;
  const ConsensusFailure* first = nullptr;
  const auto all = consensus_failures(v);
  for (const auto& f : all) {
    if (!f.error.starts_with(kApplyError)) continue;
    add_node(shown.nodes, *f.node);
    if (!first) first = &f;
  }
  if (!first) return std::nullopt;
  auto d =
      make_diagnosis(v, Cause::block_error, "consensus fails on the application's answer to a block", shown);
  say_whose(v, d);
  tell_where(v, d, failed_height(v, *first->node));
  d.first_evidence = first->error.substr(std::string(kApplyError).size());
  d.evidence_at = first->line->place();
  return d;
}

Found params_refused(const NetworkView& v) {
  auto d = when_shown(v, Pattern::params_refused, any_line, Cause::consensus_params_refused,
                      "CometBFT refuses the consensus parameters that the application returns for a block");
  if (!d) return d;
  const auto& n = v.nodes.at(d->affected_nodes.front());
  d->where.height = failed_height(v, n);
  if (const auto& said = n.line(Pattern::params_refused)->line.captures; !said.empty())
    d->first_evidence = said[0];
  return d;
}

namespace {

// A height and round at which a node's application rejected the proposal.
using Refusals = std::map<std::string, std::set<std::pair<std::int64_t, std::int64_t>>>;

std::int64_t number_of(const LogEntry& entry, const char* field) {
  const auto* text = entry.field(field);
  return text ? std::atoll(text->c_str()) : 0;
}

Refusals refusals(const NetworkView& v, Shown& shown) {
  Refusals all;
  for (const auto* n : v.all())
    for (const auto& l : n->lines) {
      if (l.pattern != Pattern::proposal_rejected || v.fault_open_at(l.seen)) continue;
      const auto entry = read_log_line(l.line.text);
      all[n->member.name].insert({number_of(entry, "height"), number_of(entry, "round")});
      if (!shown.first || l.seq < shown.first->seq) shown.first = &l;
    }
  return all;
}

}  // namespace

// A correct application rejects no block of a correct proposer: once may be the proposer's fault, rounds on
// end are not.
Found proposal_refused(const NetworkView& v) {
  constexpr std::size_t kOfMany = 2, kOfFew = 3;
  Shown shown;
  const auto all = refusals(v, shown);
  for (const auto& [name, at] : all)
    if (at.size() >= kOfMany) shown.nodes.push_back(name);
  if (3 * v.power_of(shown.nodes) <= v.total_power())
    std::erase_if(shown.nodes, [&](const auto& name) { return all.at(name).size() < kOfFew; });
  if (shown.nodes.empty()) return std::nullopt;
  auto d = make_diagnosis(v, Cause::proposal_refused,
                          "the application of these nodes rejects proposed blocks, round after round", shown);
  say_whose(v, d);
  d.where = {all.at(shown.nodes.front()).begin()->first, name_of(AbciMethod::process_proposal), ""};
  return d;
}

}  // namespace rehearse
