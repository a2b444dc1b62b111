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

When first_line(const NodeView& n, const char* pattern) {
  const auto* line = n.line(pattern);
  return line ? When(line->seen) : std::nullopt;
}

// It started again after its halt line, and not only as it was. Cosmovisor may have switched before it was killed: what its
// service manager starts then is the new release, which shows when that applies the upgrade.
When swapped(const NodeView& n) {
  const auto* halt = n.line("upgrade-needed");
  if (!halt) return std::nullopt;
  for (int i = halt->incarnation + 1; i <= n.incarnation; ++i)
    if (!n.revived.contains(i)) return n.starts.at(static_cast<std::size_t>(i) - 1);
  const auto* applies = n.line("applying-upgrade", halt->incarnation + 1);
  return applies ? When(applies->seen) : std::nullopt;
}

When behind(const NetworkView& v, const NodeView& n) {
  constexpr std::int64_t kBehind = 2;
  const bool is_behind = n.alive && n.head_seen > n.started && n.head.store_height + kBehind < v.highest_height();
  return v.plan && v.highest_height() > v.plan->height && is_behind ? When(v.last_seen) : std::nullopt;
}

When of_procedure(const NetworkView& v, const std::string& phase) {
  for (const auto& [name, entered] : v.phases)
    if (name == phase) return entered;
  return std::nullopt;
}

When in_phase(const NetworkView& v, const NodeView& n, const std::string& phase) {
  if (phase == "halted") return first_line(n, "upgrade-needed");
  if (phase == "backup") return first_line(n, "backup-begins");
  if (phase == "swap") return swapped(n);
  if (phase == "migration") return first_line(n, "applying-upgrade");
  if (phase == "first-block") return v.plan ? n.stored_at(v.plan->height + 1) : std::nullopt;
  return phase == "catch-up" ? behind(v, n) : of_procedure(v, phase);
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
      return in_phase(v, n, t.name);
    case Trigger::Kind::height:
      return n.stored_at(t.height);
    case Trigger::Kind::upgrade_height:
      return v.plan ? n.stored_at(v.plan->height + t.height) : std::nullopt;
    case Trigger::Kind::log:
      return first_line(n, t.name.c_str());
    case Trigger::Kind::step:
      return step_begun(v, t.name);
    case Trigger::Kind::time:
      break;
  }
  return after_time(v, t.seconds);
}

std::int64_t whole(const std::string& text, const std::string& of) {
  if (const auto value = whole_number<std::int64_t>(std::string_view(text).substr(text.starts_with('+')))) return *value;
  throw Error(Blame::scenario, "expected `height 12`, `height H`, `height H-2` or `height H+1`, found `" + of + "`");
}

}  // namespace

const std::vector<std::string>& fault_phases() {
  static const std::vector<std::string> all = {"voting", "waiting",   "halted",      "backup",
                                               "swap",   "migration", "first-block", "catch-up"};
  return all;
}

Trigger parse_trigger(const std::string& text) {
  const auto space = text.find(' ');
  const auto word = text.substr(0, space), rest = space == std::string::npos ? "" : text.substr(space + 1);
  Trigger t;
  t.name = rest;
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
  if ((word == "log" || word == "step") && !rest.empty()) {
    t.kind = word == "log" ? Trigger::Kind::log : Trigger::Kind::step;
    return t;
  }
  const auto& phases = fault_phases();
  if (std::find(phases.begin(), phases.end(), text) == phases.end())
    throw Error(Blame::scenario, fmt::format("there is no phase `{}`; there are {}, and `height N`, `height H-2`, `log PATTERN`, "
                                             "`step ID`, `time 5s`", text, fmt::join(phases, ", ")));
  t.name = text;
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
