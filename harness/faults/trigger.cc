#include "harness/faults/trigger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "localnet/base/decode.h"
#include "localnet/base/number.h"

namespace rehearse {

namespace {

using When = std::optional<Micros>;

When earlier(When a, When b) { return !a ? b : !b ? a : std::min(*a, *b); }

When first_line(const NodeView& n, Pattern pattern) {
  const auto* line = n.line(pattern);
  return line ? When(line->seen) : std::nullopt;
}

// It started again after its halt line, and not only as it was. Cosmovisor may have switched before it was killed: what its
// service manager starts then is the new release, which shows when that applies the upgrade.
When swapped(const NodeView& n) {
  if (!n.halt) return std::nullopt;
  for (int i = n.halt->incarnation + 1; i <= n.incarnation; ++i)
    if (!n.revived.contains(i)) return n.starts.at(static_cast<std::size_t>(i) - 1);
  const auto* applies = n.line(Pattern::applying_upgrade, n.halt->incarnation + 1);
  return applies ? When(applies->seen) : std::nullopt;
}

When behind(const NetworkView& v, const NodeView& n) {
  constexpr std::int64_t kBehind = 2;
  const bool is_behind = n.alive && n.head_seen > n.started && n.head.store_height + kBehind < v.highest_height();
  return v.plan && v.highest_height() > v.plan->height && is_behind ? When(v.last_seen) : std::nullopt;
}

When of_procedure(const NetworkView& v, Phase phase) {
  for (const auto& [other, entered] : v.phases)
    if (other == phase) return entered;
  return std::nullopt;
}

// Those of a node are seen in what it says: under Cosmovisor each comes to them by itself, within milliseconds.
When in_phase(const NetworkView& v, const NodeView& n, Phase phase) {
  if (phase == Phase::halted) return n.halt ? When(n.halt->seen) : std::nullopt;
  if (phase == Phase::backup) return first_line(n, Pattern::backup_begins);
  if (phase == Phase::swap) return swapped(n);
  if (phase == Phase::migration) return first_line(n, Pattern::applying_upgrade);
  if (phase == Phase::first_block) return v.plan ? n.stored_at(v.plan->height + 1) : std::nullopt;
  return phase == Phase::catch_up ? behind(v, n) : of_procedure(v, phase);
}

When first_block_on_all(const NetworkView& v) {
  When last;
  for (const auto* n : v.all()) {
    const auto at = n->stored_at(1);
    if (!at) return std::nullopt;
    last = std::max(last.value_or(0), *at);
  }
  return last;
}

When after_time(const NetworkView& v, double seconds) {
  const auto up = first_block_on_all(v);
  if (!up) return std::nullopt;
  const auto due = *up + static_cast<Micros>(seconds * 1e6);
  return v.last_seen >= due ? When(due) : std::nullopt;
}

When step_begun(const NetworkView& v, const std::string& id) {
  for (const auto& s : v.steps)
    if (s.step.step == id) return s.started;
  return std::nullopt;
}

When on_node(const Trigger& t, const NetworkView& v, const NodeView& n) {
  switch (t.kind) {
    case Trigger::Kind::phase:
      return in_phase(v, n, t.phase);
    case Trigger::Kind::height:
      return n.stored_at(t.height);
    case Trigger::Kind::upgrade_height:
      return v.plan ? n.stored_at(v.plan->height + t.height) : std::nullopt;
    case Trigger::Kind::log:
      return first_line(n, t.pattern);
    case Trigger::Kind::step:
      return step_begun(v, t.step);
    case Trigger::Kind::time:
      break;
  }
  return after_time(v, t.seconds);
}

std::int64_t whole(const std::string& text, const std::string& of) {
  if (const auto value = whole_number<std::int64_t>(std::string_view(text).substr(text.starts_with('+')))) return *value;
  throw Error(Blame::scenario, "expected `height 12`, `height H`, `height H-2` or `height H+1`, found `" + of + "`");
}

Pattern pattern_of(const std::string& text) {
  const auto pattern = find_named<Pattern>(text);
  if (!pattern) throw Error(Blame::scenario, "there is no log pattern `" + text + "`; there are " + all_names(Pattern{}));
  return *pattern;
}

Phase phase_of(const std::string& text) {
  const auto phase = find_named<Phase>(text);
  if (phase && can_trigger(*phase)) return *phase;
  std::vector<std::string> all;
  for (const auto& [name, one] : names(Phase{}))
    if (can_trigger(one)) all.push_back(name);
  throw Error(Blame::scenario, fmt::format("there is no phase `{}`; there are {}, and `height N`, `height H-2`, `log PATTERN`, "
                                           "`step ID`, `time 5s`", text, fmt::join(all, ", ")));
}

}  // namespace

Trigger parse_trigger(const std::string& text) {
  const auto space = text.find(' ');
  const auto word = text.substr(0, space), rest = space == std::string::npos ? "" : text.substr(space + 1);
  Trigger t;
  if (word == "height") {
    t.kind = rest.starts_with("H") ? Trigger::Kind::upgrade_height : Trigger::Kind::height;
    if (rest != "H") t.height = whole(rest.starts_with("H") ? rest.substr(1) : rest, text);
    return t;
  }
  if (word == "time") {
    const auto d = parse_duration(rest);
    if (!d) throw Error(Blame::scenario, "expected `time 5s`, found `" + text + "`");
    t.kind = Trigger::Kind::time;
    t.seconds = d->seconds();
    return t;
  }
  if (word == "log" && !rest.empty()) {
    t.kind = Trigger::Kind::log;
    t.pattern = pattern_of(rest);
    return t;
  }
  if (word == "step" && !rest.empty()) {
    t.kind = Trigger::Kind::step;
    t.step = rest;
    return t;
  }
  t.phase = phase_of(text);
  return t;
}

std::optional<Micros> came_true(const Trigger& t, const NetworkView& v, const std::vector<std::string>& nodes) {
  When first;
  for (const auto* n : v.all())
    if (nodes.empty() || std::find(nodes.begin(), nodes.end(), n->member.name) != nodes.end())
      first = earlier(first, on_node(t, v, *n));
  return first;
}

}  // namespace rehearse
