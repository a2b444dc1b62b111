#include "harness/view/floor.h"

#include <algorithm>
#include <set>

#include "harness/view/step_ids.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

double seconds(Span s) { return static_cast<double>(s.to - s.from) / 1e6; }

// What goes on at the same time counts once.
double seconds_of(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](Span a, Span b) { return a.from < b.from; });
  double sum = 0;
  Micros done = 0;
  for (auto s : spans) {
    s.from = std::max(s.from, done);
    if (s.to <= s.from) continue;
    sum += seconds(s);
    done = s.to;
  }
  return sum;
}

bool is_called(const SeenStep& s, const std::string& name) {
  return s.step.step == name || s.step.step.ends_with("/" + name);
}

std::int64_t highest_at(const NetworkView& v, Micros when) {
  std::int64_t highest = 0;
  for (const auto& [name, n] : v.nodes)
    for (auto it = n.stored.rbegin(); it != n.stored.rend(); ++it)
      if (it->second <= when) {
        highest = std::max(highest, it->first);
        break;
      }
  return highest;
}

struct Return {
  Micros when = 0;
  std::int64_t height = 0;  // of the block that shows it; 0: none does
};

// The node that started then takes part again; else it ended, or the run did.
Return back(const NetworkView& v, const NodeView& n, Micros start) {
  auto until = v.stopped_seen;
  for (const auto& e : n.ends)
    if (e.seen > start) until = std::min(until, e.seen);
  const auto next = highest_at(v, start) + 1;
  if (!n.member.validator) {
    const auto stored = n.stored_at(next);
    return stored && *stored < until ? Return{*stored, next} : Return{until, 0};
  }
  for (auto it = v.blocks.lower_bound(next); it != v.blocks.end() && it->second.seen < until; ++it)
    for (const auto& s : it->second.block.signatures)
      if (s.validator == n.member.consensus_address && s.flag == 2) return {it->second.seen, it->first};
  return {until, 0};
}

// What is in the switch, or in the blocks that are verified after it, counts there. What only brings back a node that a fault
// has taken away, or that has failed, is not of the procedure.
std::vector<Span> restarts(const NetworkView& v, std::optional<Span> change) {
  const auto blocks = v.run->conditions.value("blocks_after", std::int64_t{0});
  std::vector<Span> spans;
  for (const auto& [name, n] : v.nodes)
    for (std::size_t i = 1; i < n.starts.size(); ++i) {
      if (n.revived.contains(static_cast<int>(i) + 1)) continue;
      const auto start = n.starts[i];
      const auto returned = back(v, n, start);
      const bool in_switch = change && start >= change->from && start <= change->to;
      if (in_switch && returned.height && returned.height <= v.plan->height + blocks) continue;
      spans.push_back({in_switch ? change->to : start, returned.when});
    }
  return spans;
}

// From the block with the orders until the daemon has a workload for each.
std::vector<Span> orders(const NetworkView& v) {
  std::vector<Span> spans;
  for (const auto& s : v.steps) {
    if (!is_called(s, step_id::orders) || !s.ended) continue;
    Span span{s.ended, s.ended};
    for (const auto& a : v.answers) {
      const bool within = a.seen >= s.started && a.seen <= s.ended;
      if (within && a.answer.question == question::transaction && !a.answer.absent) span.from = a.seen;
    }
    spans.push_back(span);
  }
  return spans;
}

std::vector<Span> daemon_starts(const NetworkView& v) {
  std::vector<Span> spans;
  for (const auto start : v.provider.starts)
    for (const auto& a : v.answers)
      if (a.seen > start && a.node == kProvider && a.answer.question == question::health && a.answer.answered &&
          a.answer.value.is_object() && a.answer.value.value("status", "") == "ok") {
        spans.push_back({start, a.seen});
        break;
      }
  return spans;
}

std::vector<Span> provider_commands(const NetworkView& v) {
  std::vector<Span> spans;
  for (const auto& [from, to] : v.provider_commands) spans.push_back({from, to});
  return spans;
}

// Steps that wait for a height which was fixed before.
std::vector<Span> heights(const NetworkView& v) {
  std::vector<Span> spans;
  for (const auto& s : v.steps)
    if (is_called(s, step_id::height) && s.ended) spans.push_back({s.started, s.ended});
  return spans;
}

// From where each proposal was to be made until its vote was over.
std::vector<Span> votes(const NetworkView& v) {
  std::vector<Span> spans;
  for (const auto& s : v.steps) {
    if (is_called(s, step_id::propose)) spans.push_back({s.started, v.last_seen});
    if (is_called(s, step_id::passed) && s.ended && !spans.empty()) spans.back().to = s.ended;
  }
  return spans;
}

// Heights at which something had to be in a block before things went on.
std::size_t awaited_blocks(const NetworkView& v, const std::vector<Span>& votes) {
  std::set<std::int64_t> heights;
  for (const auto& a : v.answers) {
    if (a.answer.question != question::transaction || !a.answer.answered || a.answer.absent) continue;
    const bool of_vote = std::any_of(votes.begin(), votes.end(), [&](Span s) { return s.from <= a.seen && a.seen <= s.to; });
    if (!of_vote && a.answer.value.contains("height")) heights.insert(number_in(a.answer.value.at("height")));
  }
  return heights.size();
}

}  // namespace

double floor_of(const NetworkView& v, std::optional<Span> boot, std::optional<Span> change) {
  if (!v.milestones.contains(MilestoneName::asked) || !v.run || !v.network || !boot) return 0;
  constexpr double kToPropose = 2, kToHeight = 3;  // blocks
  const auto& conditions = v.run->conditions;
  const auto proposals = votes(v);
  double blocks = static_cast<double>(awaited_blocks(v, proposals));
  for (const auto& s : v.steps)
    if (is_called(s, step_id::blocks) && s.ended) blocks += static_cast<double>(conditions.value("blocks_after", std::int64_t{0}));
  double voting = static_cast<double>(proposals.size());
  blocks += kToPropose * voting;
  if (v.plan) voting += conditions.value("lead", 0.0), blocks += kToHeight;
  return seconds(*boot) + (change ? seconds(*change) : 0) + voting * v.network->voting_period_s +
         blocks * conditions.value("nominal_block_s", 0.0) + seconds_of(restarts(v, change)) + seconds_of(daemon_starts(v)) +
         seconds_of(provider_commands(v)) + seconds_of(orders(v)) + seconds_of(heights(v));
}

}  // namespace rehearse
