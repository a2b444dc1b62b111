// Block Interval: what a block takes since the upgrade, against before it.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "harness/judge/absence.h"
#include "harness/judge/block_cost.h"
#include "harness/judge/checks/checklist.h"
#include "localnet/base/statistics.h"
#include "harness/view/step_ids.h"

namespace rehearse {

namespace {

constexpr double kChance = 0.01;       // more is no proof
constexpr double kNothing = 0.05;      // seconds that a machine makes out of nothing
constexpr std::int64_t kWarmUp = 3;    // blocks in which a new network finds its pace
constexpr double kSecond = 1'000'000;  // in the view's time

struct Intervals {
  std::vector<double> before, after;  // seconds
  bool enough() const { return least_chance(before.size(), after.size()) < kChance; }
};

// A process was started or ended then: others wait for what it does not do.
bool a_node_changed(const Context& c, Micros from, Micros to) {
  const auto within = [&](Micros when) { return when >= from && when <= to; };
  return std::ranges::any_of(c.view.nodes, [&](const auto& entry) {
    const auto& n = entry.second;
    return std::ranges::any_of(n.starts, within) ||
           std::ranges::any_of(n.ends, [&](const SeenEnd& e) { return within(e.seen); });
  });
}

// A round was lost while somebody did not take part: it was that one's turn to propose.
bool a_proposer_was_away(const record::BlockSeen& b, const record::BlockSeen& before) {
  return b.round > 0 &&
         (std::ranges::any_of(b.signatures, is_absent) || std::ranges::any_of(before.signatures, is_absent));
}

const SeenBlock* block_at(const Context& c, std::int64_t height) {
  const auto found = c.view.blocks.find(height);
  return found == c.view.blocks.end() ? nullptr : &found->second;
}

// From the votes for a block to those for the next, which its execution is a part of: a header has the time
// of the votes for the block before it. Nothing where something else than the release took part in it.
std::optional<double> interval_at(const Context& c, std::int64_t height) {
  const auto *own = block_at(c, height), *next = block_at(c, height + 1), *voted = block_at(c, height + 2);
  if (!own || !next || !voted) return std::nullopt;
  if (a_node_changed(c, own->seen, voted->seen)) return std::nullopt;
  if (c.view.fault_open_at(own->seen) || c.view.fault_open_at(voted->seen)) return std::nullopt;
  if (a_proposer_was_away(next->block, own->block) || a_proposer_was_away(voted->block, next->block))
    return std::nullopt;
  return static_cast<double>(voted->block.time - next->block.time) / kSecond;
}

// A node that replays the chain, or a network from its export, has the same processors.
Micros plain_until(const Context& c) {
  auto until = std::numeric_limits<Micros>::max();
  for (const auto& s : c.view.steps)
    if (s.step.step == step_id::replay || s.step.step == step_id::exported) until = std::min(until, s.started);
  return until;
}

// Of blocks under like load: those with traffic against those with it, where most of the later ones have it.
Intervals intervals_of(const Context& c) {
  Intervals quiet, loaded;
  const auto until = plain_until(c);
  for (const auto& [height, block] : c.view.blocks) {
    const bool after = height > c.upgrade_height();
    // The block at H holds the switch; the one below it does where headers have the time of their proposal.
    if (height < kWarmUp || (!after && height > c.upgrade_height() - 2)) continue;
    const auto took = block.seen < until ? interval_at(c, height) : std::nullopt;
    if (!took) continue;
    auto& of = under_load(c.view, block.seen) ? loaded : quiet;
    (after ? of.after : of.before).push_back(*took);
  }
  return loaded.after.size() > quiet.after.size() && loaded.enough() ? loaded : quiet;
}

// Those blocks' part of the run.
Span since_upgrade(const Context& c) {
  const auto first = c.view.blocks.upper_bound(c.upgrade_height());
  return first == c.view.blocks.end() ? Span{} : Span{first->second.seen, std::min(plain_until(c), c.view.blocks.rbegin()->second.seen)};
}

std::string interval_text(const std::vector<double>& all) {
  return fmt::format("median {:.2f} s, worst {:.2f} s of {} blocks", median(all),
                     *std::ranges::max_element(all), all.size());
}

bool looks_slow(const Intervals& seen, double most) {
  const double before = median(seen.before), after = median(seen.after);
  return after > most * before && after - before > kNothing;
}

// Blocks are worth waiting for: the few look slow, or, where nothing else was injected, there are none at all.
bool worth_more(const Context& c, const Intervals& seen, double most) {
  constexpr std::size_t kBeforeItIsLong = 10;  // blocks after the upgrade
  if (least_chance(seen.before.size(), kBeforeItIsLong) >= kChance) return false;
  return seen.after.empty() ? !c.view.disturbed() : looks_slow(seen, most);
}

Finding judge_interval(const Context& c, const std::string&) {
  if (c.upgrade_height() <= 0) return skipped("nothing is upgraded at a height");
  const auto seen = intervals_of(c);
  const double most = c.profile.block_interval.most_growth;
  if (!seen.enough()) {
    auto few = skipped(fmt::format(
        "needs blocks whose pace nothing else had part in, so many that a difference is no chance: 13 before "
        "and 2 after the upgrade, or 7 and 3; there were {} and {} (each but the last two of a run)",
        seen.before.size(), seen.after.size()));
    few.open = worth_more(c, seen, most);
    return few;
  }
  const double before = median(seen.before), after = median(seen.after);
  const auto want = fmt::format("median <= {:.2f} s, {} times that before ({})", most * before, most,
                                interval_text(seen.before));
  const auto have = interval_text(seen.after);
  if (!looks_slow(seen, most) || chance_of_rise(seen.before, seen.after) >= kChance)
    return passed(want, have, {"block headers"});
  const auto message =
      fmt::format("a block takes {:.2f} s since the upgrade, {:.2f} s before it", after, before);
  if (machine_was_slow(c, since_upgrade(c)) && !dearer_blocks(c.view)) return inconclusive(message + ", on a machine that stood still or was too slow");
  return failed(
      message, want, have,
      {fmt::format("headers of heights {} to {}", c.upgrade_height() + 2, c.view.highest_height())});
}

}  // namespace

// What looks slow after few blocks may be chance: the verification waits for more.
std::vector<Check> block_interval_checks() {
  return {{.title = "Block Interval",
           .scope = Scope::network,
           .questions = no_questions,
           .judge = judge_interval,
           .settles = true,
           .cause = Cause::blocks_slow}};
}

}  // namespace rehearse
