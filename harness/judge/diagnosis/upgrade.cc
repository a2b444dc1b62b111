// What a new binary shows when it meets the upgrade height. It meets it on replay: the block at H is stored,
// so a failure ends the process: exit 1 for an error, 2 for a Go panic. The same failure in a node that runs
// on leaves its process alive.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "harness/judge/diagnosis/panics.h"
#include "harness/judge/diagnosis/rules.h"

namespace rehearse {

namespace {

// The incarnation in which the old binary halted; lines of later ones are the new binary's.
int halted_incarnation(const NodeView& n) { return n.halt ? n.halt->incarnation : 0; }

bool of_new_binary(const NodeView& n, const SeenLine& l) {
  const int halted = halted_incarnation(n);
  return halted > 0 && l.incarnation > halted && !n.revived.contains(l.incarnation);
}

// Between the beginning of the upgrade and the end of block H.
bool while_applying(const NodeView& n, const SeenLine& l) {
  const auto* applying = n.line(Pattern::applying_upgrade);
  if (!applying || l.seq <= applying->seq) return false;
  const auto& said = applying->line.captures;  // plan, height
  const auto executed = said.size() > 1 ? n.committed_at(std::atoll(said[1].c_str())) : std::nullopt;
  return !executed || *executed >= l.seen;
}

// No line of that process below the level ERR is known: whether the upgrade was begun is not in its log.
bool logs_errors_only(const NodeView& n, const SeenLine& of) {
  return std::all_of(n.lines.begin(), n.lines.end(), [&](const SeenLine& l) {
    const bool of_supervisor = l.pattern && *l.pattern >= Pattern::upgrade_info_misread;
    return l.incarnation != of.incarnation || of_supervisor || l.line.error || l.pattern == Pattern::replay_error;
  });
}

// Of block H, which nobody has executed on that node before; what CometBFT refuses by itself is not the
// handler's.
bool error_of_handler(const NodeView& n, const SeenLine& l) {
  if (l.line.text.find("NEEDED at height") != std::string::npos) return false;
  for (const auto pattern : {Pattern::wrong_app_hash, Pattern::wrong_header, Pattern::params_refused})
    if (also_matches(n, l, [&](const SeenLine& other) { return other.pattern == pattern; })) return false;
  return while_applying(n, l) || (of_new_binary(n, l) && logs_errors_only(n, l));
}

// A copy of the node told which method it was that returned the error, and it was not the handler's.
bool failed_after_handler(const NetworkView& v) {
  const auto method = text_when_stopped(v, kFailedMethod);
  return !method.empty() && method != name_of(AbciMethod::pre_block);
}

// A panic whose stack was printed is read by it (blocks.cc): that is known once the process has ended.
bool panic_without_stack(const NetworkView& v, const NodeView& n, const SeenLine& l) {
  const auto end = std::find_if(n.ends.begin(), n.ends.end(), [&](const SeenEnd& e) { return e.incarnation == l.incarnation; });
  const bool ended = end != n.ends.end();
  return while_applying(n, l) && (ended ? end->end.panic.frames.empty() : v.stopped.has_value());
}

}  // namespace

namespace {

// The plan's name that the new binary does know, where it does not know the proposed one; empty: not known.
std::string known_plan(const NetworkView& v) {
  const auto* told = told_when_stopped(v, kPlanOfProgram);
  return told && told->value["known"].is_string() ? told->value["known"].get<std::string>() : "";
}

}  // namespace

Found missing_store_upgrade(const NetworkView& v) {
  const auto shown = nodes_showing(v, Pattern::store_mismatch, of_new_binary);
  if (shown.nodes.empty() || !known_plan(v).empty()) return std::nullopt;
  const auto store = shown.first->line.captures.empty() ? "" : shown.first->line.captures[0];
  auto d = make_diagnosis(
      v, Cause::missing_store_upgrade,
      fmt::format("the new binary cannot load its stores: {} is new, and no store upgrade adds it", store),
      shown);
  if (const auto* told = told_when_stopped(v, kPlanOfProgram); told && v.plan && !told->value.value("held", true))
    d.consequences.push_back(
        fmt::format("or it knows no plan `{}`, and adds the store for another one ({}): that name does not stand in the "
                    "program, unless it is composed",
                    v.plan->name, name_of(Cause::upgrade_handler_missing)));
  return d;
}

Found store_already_there(const NetworkView& v) {
  const auto shown = nodes_showing(v, Pattern::store_exists, of_new_binary);
  if (shown.nodes.empty()) return std::nullopt;
  const auto& found = shown.first->line.captures;
  return make_diagnosis(
      v, Cause::store_already_there,
      fmt::format("the new binary cannot load its stores: one that it adds has been there since version {}",
                  found.empty() ? "?" : found[0]),
      shown);
}

Found handler_panic(const NetworkView& v) {
  return when_shown(v, Pattern::panic, [&v](const NodeView& n, const SeenLine& l) { return panic_without_stack(v, n, l); }, Cause::upgrade_handler_panic,
                    "a panic follows \"applying upgrade\" on the same node");
}

Found handler_error(const NetworkView& v) {
  if (failed_after_handler(v)) return std::nullopt;
  return when_shown(v, Pattern::replay_error, error_of_handler, Cause::upgrade_handler_error,
                    "block H cannot be replayed: an error follows \"applying upgrade\" on the same node");
}

// The handler is through when the application comes to BeginBlock.
Found error_after_handler(const NetworkView& v) {
  if (!failed_after_handler(v)) return std::nullopt;
  auto d = when_shown(v, Pattern::replay_error, error_of_handler, Cause::block_error,
                      "block H cannot be replayed, and the upgrade handler is through: a copy of the node dies of a trap "
                      "at what comes after it");
  if (!d) return d;
  tell_where(v, *d, v.plan ? v.plan->height : 0);
  if (const auto& said = v.nodes.at(d->affected_nodes.front()).line(Pattern::replay_error)->line.captures; !said.empty())
    d->first_evidence = said[0];
  return d;
}

namespace {

// Nodes that still executed block H when its window was over, and were asked for their stacks by SIGQUIT:
// those in the handler, or all others.
Found asked_for_stacks(const NetworkView& v, Cause cause, bool in_handler) {
  if (!v.plan) return std::nullopt;
  Shown shown;
  const SeenEnd* first = nullptr;
  std::vector<GoFrame> stack;
  for (const auto* n : v.all())
    for (const auto& e : n->ends) {
      if (!e.end.panic.text.starts_with("SIGQUIT") || n->committed_at(v.plan->height)) continue;
      auto frames = go_frames(e.end.panic.frames);
      if ((frames.empty() || through_upgrade_handler(frames)) != in_handler) continue;
      shown.nodes.push_back(n->member.name);
      if (!first) first = &e, stack = std::move(frames);
    }
  if (!first) return std::nullopt;
  auto d = make_diagnosis(
      v, cause, fmt::format("block {} is still being executed when its window is over", v.plan->height),
      shown);
  d.where = failed_at(v, v.nodes.at(shown.nodes.front()), stack);
  d.where.height = v.plan->height;
  d.first_evidence = stack.empty() ? "its stacks could not be read" : in_words("it was", stack);
  d.evidence_at = fmt::format("{}:{}", first->end.file, first->end.panic.line);
  return d;
}

}  // namespace

Found migration_slow(const NetworkView& v) { return asked_for_stacks(v, Cause::migration_slow, true); }

Found height_not_executed(const NetworkView& v) { return asked_for_stacks(v, Cause::blocks_stopped, false); }

Found plan_replaced(const NetworkView& v) {
  if (!v.plan) return std::nullopt;
  const auto of_another = [&v](const NodeView&, const SeenLine& l) {
    return l.seen > v.plan_seen && !l.line.captures.empty() && l.line.captures[0] != v.plan->name;
  };
  const auto shown = nodes_showing(v, Pattern::upgrade_needed, of_another);
  if (shown.nodes.empty()) return std::nullopt;
  return make_diagnosis(
      v, Cause::plan_replaced,
      fmt::format("the chain halts for `{}`, not for `{}`", shown.first->line.captures[0], v.plan->name),
      shown);
}

Found plan_not_cancelled(const NetworkView& v) {
  if (!v.expected_outcome || v.expected_outcome->applied) return std::nullopt;
  const auto first_halt_since = [&v](const NodeView& n, const SeenLine& l) {
    return l.seq > v.expected_outcome_seq && &l == n.line(Pattern::upgrade_needed);
  };
  return when_shown(v, Pattern::upgrade_needed, first_halt_since, Cause::plan_not_cancelled,
                    "the chain halts for a plan that was to be cancelled");
}

Found upgrade_not_skipped(const NetworkView& v) {
  if (!v.expected_outcome || v.expected_outcome->applied) return std::nullopt;
  const auto second_halt_since = [&v](const NodeView& n, const SeenLine& l) {
    return l.seq > v.expected_outcome_seq && of_new_binary(n, l);
  };
  return when_shown(v, Pattern::upgrade_needed, second_halt_since, Cause::upgrade_not_skipped,
                    "started again on the old binary, it halts at the upgrade height that was to be skipped");
}

// It stops the node, and then switches into that release again, or, where the node was told to skip the
// upgrade, ends.
Found upgrade_info_left(const NetworkView& v) {
  if (!v.expected_outcome || v.expected_outcome->applied || v.expected_outcome->release != WhichRelease::from)
    return std::nullopt;
  const auto since = [&v](const NodeView&, const SeenLine& l) { return l.seq > v.expected_outcome_seq; };
  return when_shown(
      v, Pattern::upgrade_found, since, Cause::upgrade_info_left,
      "the release was taken back, and Cosmovisor stops the node for it: upgrade-info.json is still there");
}

Found handler_missing(const NetworkView& v) {
  if (v.expected_outcome && !v.expected_outcome->applied)
    return std::nullopt;  // nobody has installed a new binary
  if (const auto known = known_plan(v); v.plan && !known.empty()) {
    auto d = make_diagnosis(v, Cause::upgrade_handler_missing,
                            "a copy of a node that is told the other name loads its stores, which it cannot with the plan's",
                            nodes_showing(v, Pattern::store_mismatch, of_new_binary));
    d.first_evidence = fmt::format("the plan is `{}`, and the new binary knows `{}`", v.plan->name, known);
    return d;
  }
  auto shown = nodes_showing(v, Pattern::upgrade_needed, of_new_binary);
  if (shown.nodes.empty()) shown = nodes_showing(v, Pattern::handler_missing, of_new_binary);
  if (shown.nodes.empty()) return std::nullopt;
  return make_diagnosis(v, Cause::upgrade_handler_missing,
                        "the new binary halts at the upgrade height as the old one did", shown);
}

}  // namespace rehearse
