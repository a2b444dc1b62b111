#include "harness/judge/block_cost.h"

#include <fmt/format.h>

#include <iterator>

namespace rehearse {

namespace {

// From when the node had one block until it had the other; nothing without samples in between.
std::optional<BlockCost> cost_between(const NodeView& n, std::pair<std::int64_t, Micros> first, std::pair<std::int64_t, Micros> last) {
  const auto had = processor_time(n, first.second, last.second);
  const auto blocks = static_cast<double>(last.first - first.first);
  if (blocks <= 0 || had.of <= 0) return std::nullopt;
  const double interval = static_cast<double>(last.second - first.second) / 1e6 / blocks;
  return BlockCost{had.share() * interval, interval, had.share()};
}

std::optional<BlockCost> cost_before(const NetworkView& v, const NodeView& n) {
  if (!v.plan || !n.halt || n.stored.empty()) return std::nullopt;
  return cost_between(n, *n.stored.begin(), {v.plan->height, n.halt->seen});
}

// The block at H has the start of the program in it.
std::optional<BlockCost> cost_after(const NetworkView& v, const NodeView& n) {
  constexpr std::int64_t kFew = 2;
  if (!v.plan) return std::nullopt;
  const auto first = n.stored.upper_bound(v.plan->height);
  if (first == n.stored.end() || n.stored.rbegin()->first - first->first < kFew) return std::nullopt;
  return cost_between(n, *first, *n.stored.rbegin());
}

// Queries of a whole API, and the beginnings of a new process, cost a node some tenths of a second.
bool is_dearer(const BlockCost& before, const BlockCost& after) {
  constexpr double kTimes = 4, kMore = 0.5;  // seconds a block
  constexpr double kLonger = 2, kBusier = 2;
  return after.block_s >= kTimes * before.block_s && after.block_s - before.block_s >= kMore &&
         after.interval_s >= kLonger * before.interval_s && after.share >= kBusier * before.share;
}

}  // namespace

ProcessorTime processor_time(const NodeView& n, Micros from, Micros to) {
  const NodeView::Sample *first = nullptr, *last = nullptr;
  for (const auto& s : n.samples) {
    if (s.seen < from || s.seen > to) continue;
    if (!first || s.incarnation != first->incarnation) first = &s;
    last = &s;
  }
  if (!first) return {};
  return {last->of.cpu_seconds - first->of.cpu_seconds, static_cast<double>(last->seen - first->seen) / 1e6};
}

std::optional<DearerBlocks> dearer_blocks(const NetworkView& v) {
  std::optional<DearerBlocks> found;
  if (v.disturbed()) return found;  // what a fault makes nodes do is not the release's
  for (const auto* n : v.all()) {
    const auto before = cost_before(v, *n), after = cost_after(v, *n);
    if (!before || !after || !is_dearer(*before, *after)) continue;
    if (!found) found = {{}, *before, *after};
    found->nodes.push_back(n->member.name);
  }
  return found && 3 * v.power_of(found->nodes) > 2 * v.total_power() ? found : std::nullopt;
}

std::string in_words(const DearerBlocks& d) {
  return fmt::format("{}: a block costs {:.2f} s of processor time since the upgrade, {:.2f} s before it, and takes {:.2f} s, {:.2f} s before it",
                     d.nodes.front(), d.after.block_s, d.before.block_s, d.after.interval_s, d.before.interval_s);
}

}  // namespace rehearse
