#include "harness/view/series.h"

#include <algorithm>
#include <limits>

#include "localnet/base/statistics.h"

namespace rehearse {

using record::Measure;
using record::Quantity;
using record::Series;
using record::Subject;

namespace {

constexpr double kYouth = 60, kLong = 120;                // seconds
constexpr std::int64_t kSettled = 5, kSettledUntil = 25;  // heights
constexpr std::int64_t kBlocksAfter = 5;
constexpr Micros kForever = std::numeric_limits<Micros>::max();

double in_seconds(Micros m) { return static_cast<double>(m) / 1e6; }

struct Sampling {
  Quantity what;
  double (*of)(const record::Sampled&);  // 0: not known
};
const Sampling kSamplings[] = {
    {Quantity::memory, [](const record::Sampled& s) { return static_cast<double>(s.rss_bytes) / 1e6; }},
    {Quantity::goroutines, [](const record::Sampled& s) { return static_cast<double>(s.goroutines); }},
    {Quantity::open_files, [](const record::Sampled& s) { return static_cast<double>(s.open_files); }},
    {Quantity::database, [](const record::Sampled& s) { return static_cast<double>(s.data_bytes) / 1e6; }},
};

// One that is about to be gone has no memory, and says nothing of the rest.
bool is_of_living(const NodeView::Sample& s) { return s.of.rss_bytes > 0; }

void add_series(const NetworkView& v, const NodeView& n, const Sampling& sampling, std::vector<Series>& all) {
  const auto begin = all.size();
  for (const auto& s : n.samples) {
    if (!is_of_living(s) || sampling.of(s.of) <= 0) continue;
    if (all.size() == begin || all.back().process != s.incarnation) all.push_back({n.member.name, s.incarnation, sampling.what});
    all.back().points.push_back({in_seconds(s.seen - v.run_seen), sampling.of(s.of)});
  }
}

struct BlockInterval {
  std::int64_t height;  // of the later block
  Micros seen;
  double seconds;
};

// By the blocks' own time, of two that were both seen.
std::vector<BlockInterval> intervals_of(const NetworkView& v) {
  std::vector<BlockInterval> all;
  for (const auto& [height, block] : v.blocks) {
    const auto before = v.blocks.find(height - 1);
    if (before == v.blocks.end() || v.fault_open_at(before->second.seen) || v.fault_open_at(block.seen)) continue;
    all.push_back({height, block.seen, in_seconds(block.block.time - before->second.block.time)});
  }
  return all;
}

Micros first_fault(const NetworkView& v) {
  auto first = kForever;
  for (const auto& f : v.faults)
    if (const auto* begun = f.transition(FaultState::injecting)) first = std::min(first, begun->seen);
  return first;
}

// Blocks in which a release is measured, but for what a fault may have had part in.
struct Part {
  Subject of;
  std::int64_t from, to;  // heights
  Micros until;
};

// The old release's is the node's first process, the new one's its last.
int process_of(const Part& part, const NodeView& n) { return part.of == Subject::old_release ? 1 : n.incarnation; }

// The median of each validator that was sampled then.
std::vector<double> medians_of(const NetworkView& v, const Part& part, const Sampling& sampling) {
  std::vector<double> medians;
  for (const auto* n : v.validators()) {
    const auto begins = n->stored_at(part.from);
    const auto ends = std::min(n->stored_at(part.to).value_or(kForever), part.until);
    std::vector<double> values;
    for (const auto& s : n->samples)
      if (begins && s.seen >= *begins && s.seen <= ends && s.incarnation == process_of(part, *n) && is_of_living(s) && sampling.of(s.of) > 0)
        values.push_back(sampling.of(s.of));
    if (!values.empty()) medians.push_back(median(std::move(values)));
  }
  return medians;
}

std::vector<double> seconds_of_blocks(const NetworkView& v, const Part& part) {
  std::vector<double> seconds;
  for (const auto& i : intervals_of(v))
    if (i.height > part.from && i.height <= part.to && i.seen <= part.until) seconds.push_back(i.seconds);
  return seconds;
}

void add_measures(const NetworkView& v, const Part& part, std::vector<Measure>& all) {
  const auto add = [&](Quantity what, std::vector<double> values) {
    if (!values.empty()) all.push_back({part.of, what, median(std::move(values))});
  };
  for (const auto& sampling : kSamplings)
    if (part.of == Subject::old_release || sampling.what != Quantity::database) add(sampling.what, medians_of(v, part, sampling));
  add(Quantity::block_interval, seconds_of_blocks(v, part));
}

}  // namespace

std::vector<Series> series_of(const NetworkView& v) {
  std::vector<Series> all;
  for (const auto* n : v.all())
    for (const auto& sampling : kSamplings) add_series(v, *n, sampling, all);
  Series blocks{"", 0, Quantity::block_interval};
  for (const auto& i : intervals_of(v)) blocks.points.push_back({in_seconds(i.seen - v.run_seen), i.seconds});
  if (!blocks.points.empty()) all.push_back(std::move(blocks));
  return all;
}

std::vector<Series> long_series_of(const NetworkView& v) {
  auto all = series_of(v);
  std::erase_if(all, [](Series& s) {
    const double grown_up = s.points.front().at + kYouth;
    std::erase_if(s.points, [&](const Measured& p) { return p.at < grown_up; });
    return s.points.empty() || s.points.back().at - s.points.front().at < kLong;
  });
  for (auto& s : all) s.points = slices_of(s.points);
  return all;
}

std::vector<Measure> measures_of(const NetworkView& v) {
  std::vector<Measure> all;
  if (v.forked) return all;
  const auto upgrade = v.plan ? v.plan->height : 0;
  add_measures(v, {Subject::old_release, kSettled, upgrade > 0 ? std::min(kSettledUntil, upgrade - 1) : kSettledUntil, first_fault(v)}, all);
  // Of several procedures the last release is not reached by every plan at the same age.
  const bool upgraded = upgrade > 0 && (!v.expected_outcome || (v.expected_outcome->applied && v.expected_outcome->release == WhichRelease::to));
  if (upgraded && v.legs.empty() && !v.disturbed()) add_measures(v, {Subject::new_release, upgrade + 1, upgrade + kBlocksAfter, kForever}, all);
  return all;
}

}  // namespace rehearse
