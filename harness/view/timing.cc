#include "harness/view/timing.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/view/floor.h"

namespace rehearse {

using record::TimelineEntry;
using record::Timing;

namespace {

using When = std::optional<Micros>;

double seconds(Micros from, Micros to) { return static_cast<double>(to - from) / 1e6; }

// The last of all nodes' moments; nothing when one has none.
template <class MomentOf>
When last_of(const std::vector<const NodeView*>& nodes, MomentOf moment_of) {
  When last;
  for (const auto* n : nodes) {
    const When t = moment_of(*n);
    if (!t) return std::nullopt;
    last = std::max(last.value_or(0), *t);
  }
  return last;
}

When milestone(const NetworkView& v, MilestoneName name) {
  const auto found = v.milestones.find(name);
  if (found == v.milestones.end()) return std::nullopt;
  return found->second;
}

When started_all(const NetworkView& v) { return milestone(v, MilestoneName::started); }

When height_on_all(const NetworkView& v, std::int64_t height) {
  return last_of(v.all(), [&](const NodeView& n) { return n.stored_at(height); });
}

}  // namespace

When halted_at(const NodeView& n) {
  return n.halt ? When(n.halt->seen) : std::nullopt;
}

std::optional<Micros> seen_at(const NetworkView& v, const std::string& place) {
  if (place.empty()) return std::nullopt;
  for (const auto* n : v.all()) {
    for (const auto& l : n->lines)
      if (l.place() == place) return l.seen;
    for (const auto& e : n->ends)
      for (const auto line : {e.end.panic.line, e.end.said_line, e.end.line})
        if (line && fmt::format("{}:{}", e.end.file, line) == place) return e.seen;
  }
  return std::nullopt;
}

Timing timing_of(const NetworkView& v) {
  Timing t;
  if (!v.run) return t;
  const auto height = v.plan ? v.plan->height : 0;
  const auto blocks = v.run->conditions.value("blocks_after", std::int64_t{0});
  const When halted = v.plan ? last_of(v.all(), halted_at) : std::nullopt;
  const When resumed = v.plan ? height_on_all(v, height + 1) : std::nullopt;
  const When boot_from = started_all(v), boot_to = height_on_all(v, 1);
  const Micros end = v.torn_down.value_or(v.last_seen);
  t.wall_s = seconds(v.run->invoked, end);
  if (v.teardown) {
    t.harness_cpu_s = v.teardown->cpu_seconds;
    t.harness_peak_mb = static_cast<double>(v.teardown->peak_rss_bytes) / 1e6;
  }

  std::vector<std::pair<std::string, When>> ends = {
      {"launch", v.run_seen},
      {"preflight", v.releases ? When(v.releases_seen) : std::nullopt},
      {"prepare", boot_from},
      {"boot", boot_to},
  };
  for (const auto& l : v.legs) ends.emplace_back(l.leg.leg, l.ended ? When(l.ended) : std::nullopt);
  const std::vector<std::pair<std::string, When>> of_one = {
      {"change", v.expected_outcome && !v.plan ? When(v.expected_outcome_seen) : std::nullopt},  // of procedures without a plan
      {"propose", v.plan ? When(v.plan_seen) : std::nullopt},
      {"vote", milestone(v, MilestoneName::passed)},
      {"wait", halted},
      {"switch", resumed},
      {"blocks", v.plan ? height_on_all(v, height + blocks) : std::nullopt},
  };
  if (v.legs.empty()) ends.insert(ends.end(), of_one.begin(), of_one.end());
  ends.emplace_back("checks", v.stopped ? When(v.stopped_seen) : std::nullopt);
  ends.emplace_back("teardown", v.torn_down);
  // A moment that was not reached gives its time to the next part that was.
  Micros from = v.run->invoked;
  for (const auto& [name, to] : ends) {
    if (!to || *to < from) continue;
    t.parts.push_back({name, seconds(from, *to)});
    from = *to;
  }
  if (from < end) t.parts.push_back({"rest", seconds(from, end)});

  const auto span = [](When begins, When ends) {
    return begins && ends ? std::optional(Span{*begins, *ends}) : std::nullopt;
  };
  if (boot_from && boot_to) t.boot_s = seconds(*boot_from, *boot_to);
  if (halted && resumed) t.switch_s = seconds(*halted, *resumed);
  t.floor_s = floor_of(v, span(boot_from, boot_to), span(halted, resumed));
  return t;
}

std::vector<TimelineEntry> timeline_of(const NetworkView& v) {
  std::vector<TimelineEntry> entries;
  if (!v.run || !v.plan) return entries;
  const auto height = v.plan->height;
  When first_halt;
  for (const auto* n : v.all())
    if (const auto t = halted_at(*n); t && (!first_halt || *t < *first_halt)) first_halt = t;
  auto add = [&](const std::string& what, const std::string& node, When when) {
    if (!when) return;
    entries.push_back(
        {what, node, seconds(v.run->invoked, *when), first_halt ? seconds(*first_halt, *when) : 0});
  };
  for (const auto& l : v.legs) {
    add(l.leg.title + " begins", "", l.started);
    add(l.leg.title + " verified", "", l.ended ? When(l.ended) : std::nullopt);
  }
  add(kProposalEntry, "", v.plan_seen);
  add(kConfirmedEntry, "", milestone(v, MilestoneName::passed));
  add(kHaltEntry, "", first_halt);
  // More than 2/3 of the power carried out the upgrade: the moment the node that tips it did.
  std::vector<std::pair<Micros, const NodeView*>> upgraded;
  When resumed;
  for (const auto* n : v.all()) {
    const auto done = n->committed_at(height), next = n->stored_at(height + 1);
    if (done && n->member.validator) upgraded.emplace_back(*done, n);
    if (next && (!resumed || *next < *resumed)) resumed = next;
    add("halted", n->member.name, halted_at(*n));
    add("upgraded", n->member.name, done);
    add("first block", n->member.name, next);
  }
  std::sort(upgraded.begin(), upgraded.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [when, n] : upgraded) {
    names.push_back(n->member.name);
    if (3 * v.power_of(names) <= 2 * v.total_power()) continue;
    add(kMajorityEntry, "", when);
    break;
  }
  add(kResumesEntry, "", resumed);
  if (v.stopped && v.stopped->reason == StopReason::completed) add("verification complete", "", v.stopped_seen);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.t_s < b.t_s; });
  return entries;
}

}  // namespace rehearse
