#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports::page {

using record::RunRecord;
using record::TimelineEntry;

namespace {

constexpr double kLeft = 130, kRight = 980, kWidth = 1000, kLane = 26, kTop = 20;  // SVG units
constexpr std::size_t kMaxLanes = 30;

double sane(double seconds) { return std::isfinite(seconds) && seconds > 0 ? seconds : 0; }

// The network's lane first (the empty name), then nodes in the network's order, then others as they come.
std::vector<std::string> lanes_of(const RunRecord& run) {
  std::vector<std::string> lanes = {""};
  const auto is_new = [&lanes](const std::string& name) {
    return std::find(lanes.begin(), lanes.end(), name) == lanes.end();
  };
  for (const auto& member : run.network) {
    const auto is_its = [&member](const TimelineEntry& e) { return e.node == member.name; };
    if (is_new(member.name) && std::any_of(run.timeline.begin(), run.timeline.end(), is_its))
      lanes.push_back(member.name);
  }
  for (const auto& e : run.timeline)
    if (is_new(e.node) && lanes.size() < kMaxLanes) lanes.push_back(e.node);
  if (lanes.size() > kMaxLanes) lanes.resize(kMaxLanes);
  return lanes;
}

// 1, 2 or 5 times a power of ten, so that there are at most ten ticks.
double tick_step(double span) {
  const double power = std::pow(10.0, std::floor(std::log10(span / 5)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (span / (factor * power) <= 10) return factor * power;
  return 10 * power;
}

class Drawing {
 public:
  explicit Drawing(const RunRecord& run) : run_(run), lanes_(lanes_of(run)) {
    for (const auto& e : run.timeline) end_ = std::max(end_, sane(e.t_s));
    end_ = std::max({end_, sane(run.timing.wall_s), 0.001});
  }

  std::string svg() const {
    const double bottom = kTop + kLane * static_cast<double>(lanes_.size());
    std::string out = fmt::format(
        "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"Timeline of the run in seconds\">\n",
        kWidth, bottom + 24);
    out += axis(bottom) + halt(bottom);
    for (std::size_t i = 0; i < lanes_.size(); ++i) out += lane(i);
    return out + "</svg>\n";
  }

 private:
  double x(double t) const { return kLeft + (kRight - kLeft) * sane(t) / end_; }

  std::string axis(double bottom) const {
    std::string out;
    const double step = tick_step(end_);
    for (double t = 0; t <= end_ * 1.0001; t += step)
      out += fmt::format(
          "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/>"
          "<text class=\"tick\" x=\"{0:.1f}\" y=\"{3:.0f}\">{4:g} s</text>\n",
          x(t), kTop, bottom, bottom + 17, t);
    return out;
  }

  // Where the chain halted: entries after it say how long after.
  std::string halt(double bottom) const {
    for (const auto& e : run_.timeline)
      if (e.after_halt_s > 0)
        return fmt::format(
            "<line class=\"halt\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/>"
            "<text class=\"halt\" x=\"{0:.1f}\" y=\"{3:.0f}\">halt</text>\n",
            x(e.t_s - e.after_halt_s), kTop, bottom, kTop - 4);
    return "";
  }

  std::string lane(std::size_t index) const {
    const double y = kTop + kLane * (static_cast<double>(index) + 0.5);
    const std::string& name = lanes_[index];
    std::string out = fmt::format(
        "<text class=\"lane\" x=\"{:.0f}\" y=\"{:.1f}\">{}</text>"
        "<line class=\"lane\" x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n",
        kLeft - 14, y + 4, name.empty() ? "network" : html(one_line(name, 20)), kLeft, kRight, y, y);
    for (const auto& e : run_.timeline)
      if (e.node == name)
        out += fmt::format(
            "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\"><title>{}: {}</title></circle>\n",
            name.empty() ? "net" : "one", x(e.t_s), y, duration(e.t_s), html(one_line(e.what, 200)));
    return out;
  }

  const RunRecord& run_;
  const std::vector<std::string> lanes_;
  double end_ = 0;
};

std::string table(const std::vector<TimelineEntry>& entries) {
  std::string out =
      "<div class=\"scroll\"><table class=\"events\">\n"
      "<thead><tr><th>Time</th><th>After halt</th><th>Event</th><th>Node</th></tr></thead>\n<tbody>\n";
  for (const auto& e : entries)
    out +=
        fmt::format("<tr{}><td class=\"num\">{}</td><td class=\"num\">{}</td><td>{}</td><td>{}</td></tr>\n",
                    e.node.empty() ? " class=\"net\"" : "", duration(e.t_s),
                    e.after_halt_s > 0 ? "+" + duration(e.after_halt_s) : "", value(one_line(e.what, 2000)),
                    node(e.node));
  return out + "</tbody></table></div>\n";
}

// Where the wall time went: one bar, its parts in the record's order, and the same in words.
std::string parts(const record::Timing& timing) {
  std::string bar, legend;
  for (std::size_t i = 0; i < timing.parts.size(); ++i) {
    const auto& part = timing.parts[i];
    if (sane(part.seconds) <= 0) continue;
    const std::string name = html(one_line(part.name, 100)), time = duration(part.seconds);
    bar += fmt::format("<i class=\"part{}\" style=\"flex-grow:{:.4f}\" title=\"{} {}\"></i>", i % 8,
                       sane(part.seconds), name, time);
    legend += fmt::format("<li><i class=\"part{}\"></i>{} <b>{}</b></li>", i % 8, name, time);
  }
  if (bar.empty()) return "";
  return "<h3>Where the time went</h3>\n<div class=\"bar\">" + bar + "</div>\n<ul class=\"legend\">" +
         legend + "</ul>\n";
}

}  // namespace

std::string timeline(const RunRecord& run) {
  const std::string where = parts(run.timing);
  if (run.timeline.empty() && where.empty()) return "";
  std::string out = "<section>\n<h2>Timeline</h2>\n";
  if (!run.timeline.empty()) out += Drawing(run).svg() + table(run.timeline);
  return out + where + "</section>\n";
}

}  // namespace rehearse::reports::page
