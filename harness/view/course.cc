#include "harness/view/course.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "harness/view/checkpoint.h"
#include "harness/view/series.h"
#include "harness/view/timing.h"
#include "localnet/base/statistics.h"
#include "localnet/base/text.h"

namespace rehearse {

using record::Bar;
using record::Course;
using record::Lane;
using record::LogEntry;
using record::MarkKind;
using record::Plot;
using record::Stage;

namespace {

constexpr std::size_t kMostMarks = 100, kMostPoints = 300, kMostLines = 800, kMostParameters = 100, kMostCurves = 30;
constexpr double kStuckIntervals = 10, kLeastStuck = 3;  // usual intervals between blocks, and seconds, without one

class Times {
 public:
  explicit Times(const NetworkView& v) : from_(v.run ? v.run->invoked : 0), end_(v.stopped ? v.stopped_seen : v.last_seen) {}
  double at(Micros when) const { return static_cast<double>(when - from_) / 1e6; }
  Micros end() const { return end_; }

 private:
  Micros from_, end_;
};

Micros usual_interval(const NetworkView& v) {
  std::vector<double> all;
  Micros before = 0;
  for (const auto& [height, block] : v.blocks) {
    if (before) all.push_back(static_cast<double>(block.seen - before));
    before = block.seen;
  }
  return static_cast<Micros>(median(std::move(all)));
}

// From when on the node is at which stage; the last holds until the run ends.
struct Change {
  Micros when;
  Stage stage;
  int process;
};

// What a process is at that begins then: `process` is its number.
Stage stage_of_new(const NodeView& n, std::int64_t height, Micros when, int process) {
  const auto has = [when](const std::optional<Micros>& reached) { return reached && *reached <= when; };
  if (height <= 0) return Stage::running;
  if (has(n.stored_at(height + 1))) return Stage::upgraded;
  if (has(n.committed_at(height))) return Stage::applied;
  return n.halt && n.halt->seen <= when && process > n.halt->incarnation ? Stage::executing : Stage::running;
}

// `height`: at which the plan is carried out; 0: none is.
std::vector<Change> changes_of(const NodeView& n, std::int64_t height) {
  std::vector<Change> all;
  for (std::size_t i = 0; i < n.starts.size(); ++i) {
    const auto process = static_cast<int>(i) + 1;
    all.push_back({n.starts[i], stage_of_new(n, height, n.starts[i], process), process});
  }
  if (n.starts.empty() && !n.stored.empty()) all.push_back({n.stored.begin()->second, Stage::running, 0});  // whom somebody else started
  const auto done = height > 0 ? n.committed_at(height) : std::nullopt;
  const auto is_switching = [&](const SeenEnd& e) {
    const bool followed = !n.starts.empty() && n.starts.back() > e.seen;
    return followed && n.halt && e.seen >= n.halt->seen && (!done || e.seen < *done);
  };
  for (const auto& e : n.ends) all.push_back({e.seen, is_switching(e) ? Stage::switching : Stage::gone, e.incarnation});
  const auto process_at = [&](Micros when) { return static_cast<int>(std::upper_bound(n.starts.begin(), n.starts.end(), when) - n.starts.begin()); };
  const auto add = [&](std::optional<Micros> when, Stage stage) {
    if (when) all.push_back({*when, stage, process_at(*when)});
  };
  if (n.halt) add(n.halt->seen, Stage::halted);
  if (height > 0) add(done, Stage::applied), add(n.stored_at(height + 1), Stage::upgraded);
  std::ranges::stable_sort(all, {}, &Change::when);
  return all;
}

Lane lane_of(const NetworkView& v, const NodeView& n, const Times& times, Micros interval) {
  Lane lane{n.member.name, {}, {}};
  const bool carried_out = v.plan && !(v.expected_outcome && !v.expected_outcome->applied);
  auto all = changes_of(n, carried_out ? v.plan->height : 0);
  const Micros last_block = n.stored.empty() ? 0 : n.stored.rbegin()->second;
  const bool still = n.alive && last_block && times.end() - last_block > std::max(static_cast<Micros>(kStuckIntervals * static_cast<double>(interval)), static_cast<Micros>(kLeastStuck * 1e6));
  if (still && !all.empty() && (all.back().stage == Stage::upgraded || all.back().stage == Stage::running) && last_block >= all.back().when)
    all.push_back({last_block, Stage::stuck, n.incarnation});
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto to = std::min(i + 1 < all.size() ? all[i + 1].when : times.end(), times.end());
    if (to <= all[i].when) continue;
    const bool same = !lane.stretches.empty() && lane.stretches.back().stage == all[i].stage && lane.stretches.back().process == all[i].process;
    if (same) lane.stretches.back().to = times.at(to);
    else lane.stretches.push_back({times.at(all[i].when), times.at(to), all[i].stage, all[i].process});
  }
  return lane;
}

// A line that matches several patterns is there once for each, one after the other.
template <class Add>
void each_line(const NodeView& n, const Add& add) {
  const SeenLine* before = nullptr;
  for (const auto* lines : {&n.lines_of_past_legs, &n.lines})
    for (const auto& l : *lines) {
      if (!before || before->line.line != l.line.line || before->line.file != l.line.file) add(l);
      before = &l;
    }
}

using Missed = std::map<std::string, std::vector<record::Mark>>;  // consensus address -> its marks

// A vote that is not there names nobody: it is of those that the others do not name.
Missed missed_blocks(const NetworkView& v, const Times& times) {
  Missed all;
  for (const auto& [height, b] : v.blocks) {
    std::set<std::string_view> there;
    for (const auto& s : b.block.signatures) there.insert(s.validator);
    if (std::ranges::none_of(b.block.signatures, [](const auto& s) { return s.flag == 1; })) continue;
    for (const auto* n : v.validators())
      if (!there.contains(n->member.consensus_address)) all[n->member.consensus_address].push_back({times.at(b.seen), MarkKind::missed_block, fmt::format("missed block {}", height)});
  }
  return all;
}

// Of one kind, so many as can be told apart.
void add_some(const std::vector<record::Mark>& marks, Lane& lane) {
  for (std::size_t i = 0, most = std::min(marks.size(), kMostMarks); i < most; ++i) lane.marks.push_back(marks[i * marks.size() / most]);
}

void add_marks(const NodeView& n, const Times& times, const Missed& missed, Lane& lane) {
  std::vector<record::Mark> errors;
  each_line(n, [&](const SeenLine& l) {
    if (l.line.error) errors.push_back({times.at(l.seen), MarkKind::error, l.line.text});
  });
  add_some(errors, lane);
  for (const auto& e : n.ends)
    lane.marks.push_back({times.at(e.seen), MarkKind::process_end, e.excused ? "process ended, as was expected" : "process ended"});
  if (const auto found = missed.find(n.member.consensus_address); found != missed.end()) add_some(found->second, lane);
  std::ranges::stable_sort(lane.marks, {}, &record::Mark::at);
}

// The largest of each slice: what stands out stays.
void thin_out(std::vector<Measured>& all) {
  if (all.size() <= kMostPoints) return;
  std::vector<Measured> kept;
  for (std::size_t i = 0; i < kMostPoints; ++i) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * all.size() / kMostPoints), end = all.begin() + static_cast<std::ptrdiff_t>((i + 1) * all.size() / kMostPoints);
    kept.push_back(*std::max_element(begin, end, [](const auto& a, const auto& b) { return a.value < b.value; }));
  }
  all = std::move(kept);
}

std::vector<Bar> steps_of(const NetworkView& v, const Times& times) {
  std::vector<Bar> all;
  for (const auto& s : v.steps)
    all.push_back({times.at(s.started), times.at(s.ended ? s.ended : times.end()), s.step.title, s.ended && s.outcome != StepOutcome::failed && s.outcome != StepOutcome::error});
  return all;
}

std::vector<Bar> faults_of(const NetworkView& v, const Times& times) {
  std::vector<Bar> all;
  for (const auto& f : v.faults) {
    const auto* begun = f.transition(FaultState::injecting);
    if (!begun) continue;
    const auto* end = f.end();
    all.push_back({times.at(begun->seen), times.at(end ? end->seen : times.end()), f.plan.fault + (f.nodes.empty() ? "" : fmt::format(" on {}", fmt::join(f.nodes, ", "))), end != nullptr});
  }
  return all;
}

// Blocks as they came: how long each took, in which round, and with how much of the power.
std::vector<Plot> plots_of_blocks(const NetworkView& v, const Times& times) {
  Plot interval{"Block interval", "s", {{"", {}}}}, rounds{"Round", "", {{"", {}}}}, online{"Power that signed", "%", {{"", {}}}};
  std::map<std::string, std::int64_t> power;
  std::int64_t whole = 0;
  for (const auto* n : v.validators()) power[n->member.consensus_address] = n->member.power, whole += n->member.power;
  for (const auto& [height, b] : v.blocks) {
    const auto at = times.at(b.seen);
    // The first carries the time of the genesis.
    if (const auto before = v.blocks.find(height - 1); before != v.blocks.end() && height > 2)
      interval.curves[0].points.push_back({at, static_cast<double>(b.block.time - before->second.block.time) / 1e6});
    rounds.curves[0].points.push_back({at, static_cast<double>(b.block.round)});
    std::int64_t signed_power = 0;
    for (const auto& s : b.block.signatures)
      if (const auto of_it = power.find(s.validator); s.flag == 2 && of_it != power.end()) signed_power += of_it->second;
    if (whole > 0 && !b.block.signatures.empty()) online.curves[0].points.push_back({at, 100.0 * static_cast<double>(signed_power) / static_cast<double>(whole)});
  }
  return {std::move(interval), std::move(online), std::move(rounds)};
}

std::vector<Plot> plots_of(const NetworkView& v, const Times& times) {
  auto all = plots_of_blocks(v, times);
  const double later = v.run ? times.at(v.run_seen) : 0;
  Plot memory{"Memory", "MB", {}}, database{"Database", "MB", {}};
  for (auto& s : series_of(v)) {
    for (auto& p : s.points) p.at += later;
    if (s.what == record::Quantity::memory) memory.curves.push_back({s.node, std::move(s.points)});
    else if (s.what == record::Quantity::database) database.curves.push_back({s.node, std::move(s.points)});
  }
  all.push_back(std::move(memory)), all.push_back(std::move(database));
  for (auto& plot : all) {
    plot.curves.resize(std::min(plot.curves.size(), kMostCurves));
    for (auto& curve : plot.curves) thin_out(curve.points);
  }
  std::erase_if(all, [](const Plot& p) { return std::ranges::all_of(p.curves, [](const auto& c) { return c.points.size() < 2; }); });
  return all;
}

// The moment that one looks at first: of the evidence, else of the upgrade, else of the end.
Micros moment_of(const NetworkView& v, const Times& times, const std::string& evidence) {
  if (const auto seen = seen_at(v, evidence)) return *seen;
  for (const auto* n : v.all())
    if (n->halt) return n->halt->seen;
  return times.end();
}

void add_log(const NetworkView& v, const Times& times, const std::string& evidence, Course& course) {
  auto all = v.all();
  if (v.provider_plan) all.push_back(&v.provider);
  for (const auto* n : all)
    each_line(*n, [&](const SeenLine& l) { course.log.push_back({times.at(l.seen), n == &v.provider ? kProvider : n->member.name, l.place(), l.line.error, l.line.text}); });
  std::ranges::stable_sort(course.log, {}, &LogEntry::at);
  if (course.log.size() <= kMostLines) return;
  const auto moment = times.at(moment_of(v, times, evidence));
  const auto nearest = std::ranges::lower_bound(course.log, moment, {}, &LogEntry::at) - course.log.begin();
  const auto half = static_cast<std::ptrdiff_t>(kMostLines / 2);
  const auto first = std::clamp<std::ptrdiff_t>(nearest - half, 0, std::ssize(course.log) - 2 * half);
  course.log_left_out = course.log.size() - kMostLines;
  course.log = {course.log.begin() + first, course.log.begin() + first + 2 * half};
}

void add_parameters(const NetworkView& v, Course& course) {
  const auto *before = v.survey(kBefore), *after = v.survey(kAfter);
  if (!before || !after || !before->error.empty() || !after->error.empty()) return;
  const auto value = [](const record::Json& all, const std::string& module, const std::string& field) {
    return all.contains(module) && all[module].contains(field) ? text_of(all[module][field]) : "";
  };
  const auto add = [&](const record::Json& of, bool gone_only) {
    for (const auto& [module, fields] : of.items())
      for (const auto& [field, unused] : fields.items()) {
        const auto was = value(before->parameters, module, field), is = value(after->parameters, module, field);
        if (was == is || gone_only != is.empty()) continue;
        if (course.parameters.size() < kMostParameters) course.parameters.push_back({module + "." + field, was, is});
        else ++course.parameters_left_out;
      }
  };
  add(after->parameters, false), add(before->parameters, true);
}

}  // namespace

Course course_of(const NetworkView& v, const std::string& evidence) {
  const Times times(v);
  Course course;
  if (!v.run) return course;
  const auto interval = usual_interval(v);
  const auto missed = missed_blocks(v, times);
  course.steps = steps_of(v, times), course.faults = faults_of(v, times), course.plots = plots_of(v, times);
  for (const auto* n : v.all()) {
    course.lanes.push_back(lane_of(v, *n, times, interval));
    add_marks(*n, times, missed, course.lanes.back());
    const bool joined_later = v.plan && !n->starts.empty() && n->starts.front() > v.plan_seen;
    const auto first = v.releases && !joined_later ? v.releases->from.printed_version : "";
    course.nodes.push_back({n->member.name, first, n->head.app_version, static_cast<int>(n->starts.size()), n->stored.empty() ? 0 : n->stored.rbegin()->first});
  }
  add_log(v, times, evidence, course);
  add_parameters(v, course);
  return course;
}

}  // namespace rehearse
