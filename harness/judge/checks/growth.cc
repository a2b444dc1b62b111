// Growth: what a node takes more with every block since the upgrade, against what it took more before, at the
// same age.
//
// A process takes more and more in its first hundred blocks, whatever it runs, in steps: so a process of the
// new release is held against one of the old release that had made as many blocks, and what is compared are
// the steps.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "harness/judge/checks/checklist.h"
#include "localnet/base/statistics.h"

namespace rehearse {

namespace {

constexpr double kChanceOfGrowth = 0.005;  // more is no proof
constexpr std::int64_t kYoung = 5;         // blocks in which a process fills its caches
constexpr std::int64_t kBlocksAStep = 4;   // blocks: some samples each at the fastest pace
constexpr double kTimes = 2;               // the growth before, at least, for it to be another

// Taken more by fewer blocks than these it is nothing.
struct Grown {
  const char* what;
  double (*of)(const record::Sampled&);  // 0: not known
  double least;  // over all blocks since the upgrade
  const char* unit;  // with a space before it, where it has one
};
const Grown kGrown[] = {
    {"memory", [](const record::Sampled& s) { return static_cast<double>(s.rss_bytes) / 1e6; }, 16, " MB"},
    {"open files", [](const record::Sampled& s) { return static_cast<double>(s.open_files); }, 16, " files"},
    {"goroutines", [](const record::Sampled& s) { return static_cast<double>(s.goroutines); }, 24, ""},
    {"database", [](const record::Sampled& s) { return static_cast<double>(s.data_bytes) / 1e6; }, 16, " MB"},
};

using Steps = std::map<std::int64_t,
                       std::vector<const record::Sampled*>>;  // age of the process in steps -> its samples

// Of one process of the node, as far as it was under load, or was not.
Steps steps_of(const Context& c, const NodeView& n, int incarnation, std::int64_t below, bool loaded) {
  Steps steps;
  std::optional<std::int64_t> first;
  for (const auto& s : n.samples) {
    if (s.incarnation != incarnation || under_load(c.view, s.seen) != loaded) continue;
    const auto height = n.height_at(s.seen);
    if (height >= below) break;
    if (!height) continue;
    if (!first) first = height;
    if (const auto age = height - *first; age >= kYoung)
      steps[(age - kYoung) / kBlocksAStep].push_back(&s.of);
  }
  return steps;
}

// From each step to the next, for each block of it.
std::vector<double> growth(const Steps& steps, const Grown& grown, std::int64_t oldest) {
  std::vector<double> all;
  std::optional<std::pair<std::int64_t, double>> before;
  for (const auto& [age, samples] : steps) {
    if (age > oldest) break;
    std::vector<double> values;
    for (const auto* s : samples)
      if (const double value = grown.of(*s); value > 0) values.push_back(value);
    if (values.empty()) continue;
    const double now = median(values);
    if (before)
      all.push_back((now - before->second) / static_cast<double>((age - before->first) * kBlocksAStep));
    before = {age, now};
  }
  return all;
}

struct Lifes {
  Steps before, after;
  std::int64_t oldest() const { return after.empty() ? 0 : after.rbegin()->first; }
};

// The last process before the upgrade and the last one after it.
Lifes lifes_of(const Context& c, const NodeView& n) {
  if (n.samples.empty() || n.samples.back().of.rss_bytes == 0) return {};
  const auto upgraded = n.committed_at(c.upgrade_height());
  const auto old = std::find_if(n.samples.rbegin(), n.samples.rend(), [&](const auto& s) {
    return upgraded && s.seen < *upgraded && n.height_at(s.seen) < c.upgrade_height();
  });
  if (!upgraded || old == n.samples.rend() || old->incarnation == n.incarnation) return {};
  const bool loaded = under_load(c.view, n.samples.back().seen);
  return {steps_of(c, n, old->incarnation, c.upgrade_height(), loaded),
          steps_of(c, n, n.incarnation, INT64_MAX, loaded)};
}

Finding judge_growth(const Context& c, const std::string& node) {
  if (c.upgrade_height() <= 0) return skipped("nothing is upgraded at a height");
  const auto& n = c.view.nodes.at(node);
  if (std::ranges::any_of(c.view.faults, [&](const SeenFault& f) {
        return f.plan.disruptive && std::ranges::find(f.nodes, node) != f.nodes.end();
      }))
    return skipped("a fault acted on it: what it took since is not the release's alone");
  const auto lifes = lifes_of(c, n);
  const auto steps_before = growth(lifes.before, kGrown[0], lifes.oldest()).size(),
             steps_after = growth(lifes.after, kGrown[0], lifes.oldest()).size();
  if (least_chance(steps_before, steps_after) >= kChanceOfGrowth)
    return skipped(
        fmt::format("needs about 40 blocks after the upgrade, and 30 before it, of one process each "
                    "(`upgrade: blocks_after`, "
                    "`lead`); there were {} and {} steps of {} blocks",
                    steps_after, steps_before, kBlocksAStep));
  std::vector<std::string> want, have, trouble;
  for (const auto& g : kGrown) {
    const auto before = growth(lifes.before, g, lifes.oldest()),
               after = growth(lifes.after, g, lifes.oldest());
    if (before.empty() || after.empty()) continue;
    const double was = median(before), is = median(after),
                 in_all = is * static_cast<double>(lifes.oldest() * kBlocksAStep);
    want.push_back(fmt::format("{} {:+.2f}{}", g.what, was, g.unit));
    have.push_back(fmt::format("{} {:+.2f}{}", g.what, is, g.unit));
    if (in_all >= g.least && is > kTimes * was && chance_of_rise(before, after) < kChanceOfGrowth)
      trouble.push_back(fmt::format("{} by {:.2f}{} a block since the upgrade, by {:.2f} before it", g.what,
                                    is, g.unit, was));
  }
  const auto expected = fmt::format("a block no more than at the same age before: {}", fmt::join(want, ", ")),
             actual = fmt::format("{}", fmt::join(have, ", "));
  if (trouble.empty()) return passed(expected, actual, {"/proc"});
  return failed(fmt::format("it grows: {}", fmt::join(trouble, ", ")), expected, actual, {"/proc"});
}

}  // namespace

std::vector<Check> growth_checks() {
  return {{.title = "Growth",
           .scope = Scope::each_validator,
           .questions = no_questions,
           .judge = judge_growth,
           .cause = Cause::memory_growth}};
}

}  // namespace rehearse
