// The timeline as a picture: the procedure, the faults and each node in lanes, and under them what was measured, all on one axis.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports::page {

using record::Course;
using record::MarkKind;
using record::RunRecord;

namespace {

constexpr double kLeft = 150, kRight = 980, kWidth = 1000, kLane = 24, kBar = 12, kTop = 22, kPlot = 64;  // SVG units
constexpr double kLeastWidth = 1.5;                                                                       // of what can be pointed at
constexpr std::size_t kMostLanes = 30;

// 1, 2 or 5 times a power of ten, so that there are at most ten ticks.
double tick_step(double span) {
  const double power = std::pow(10.0, std::floor(std::log10(span / 5)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (span / (factor * power) <= 10) return factor * power;
  return 10 * power;
}

std::string tip(double at, const std::string& what) { return fmt::format("<title>{}: {}</title>", duration(at), html(one_line(what, 120))); }

// What is longer runs out of the picture.
std::string name_on_lane(std::string_view text) {
  constexpr std::size_t kMost = 20;
  const auto line = one_line(text);
  return line.size() <= kMost ? line : clip(line, kMost - 1).substr(0, kMost - 1) + "…";
}

class Drawing {
 public:
  Drawing(const RunRecord& run, const Course& course) : run_(run), course_(course) {
    for (const auto& e : run.timeline) end_ = std::max(end_, sane(e.t_s));
    for (const auto& lane : course.lanes)
      for (const auto& s : lane.stretches) end_ = std::max(end_, sane(s.to));
    end_ = std::max({end_, sane(run.timing.wall_s), 0.001});
  }

  std::string svg() {
    moments();
    bars("procedure", course_.steps, "step");
    bars("faults", course_.faults, "fault");
    for (std::size_t i = 0; i < std::min(course_.lanes.size(), kMostLanes); ++i) lane(course_.lanes[i]);
    for (const auto& p : course_.plots) plot(p);
    return fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"Timeline of the run in seconds\">\n", kWidth, y_ + 24) + axis() + halt() +
           body_ + "</svg>\n";
  }

 private:
  double x(double t) const { return kLeft + (kRight - kLeft) * std::min(sane(t), end_) / end_; }

  void label(const std::string& text, double y) { body_ += fmt::format("<text class=\"lane\" x=\"{:.0f}\" y=\"{:.1f}\">{}</text>", kLeft - 14, y + 4, html(name_on_lane(text))); }

  // A lane of its own: where its middle is.
  double next_lane(const std::string& name) {
    const double middle = y_ + kLane / 2;
    label(name, middle);
    y_ += kLane;
    return middle;
  }

  void rectangle(double from, double to, double middle, const std::string& kind, const std::string& title) {
    body_ += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" width=\"{:.1f}\" y=\"{:.1f}\" height=\"{:.0f}\">{}</rect>\n", kind, x(from),
                         std::max(x(to) - x(from), kLeastWidth), middle - kBar / 2, kBar, title);
  }

  void moments() {
    const double middle = next_lane("network");
    for (const auto& e : run_.timeline)
      if (e.node.empty()) body_ += fmt::format("<circle class=\"net\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\">{}</circle>\n", x(e.t_s), middle, tip(e.t_s, e.what));
  }

  void bars(const char* name, const std::vector<record::Bar>& all, const char* kind) {
    if (all.empty()) return;
    const double middle = next_lane(name);
    for (const auto& b : all)
      rectangle(b.from, b.to, middle, fmt::format("{}{}", kind, b.well ? "" : " bad"), tip(b.from, fmt::format("{}, {}", b.what, duration(sane(b.to) - sane(b.from)))));
  }

  void lane(const record::Lane& of) {
    const double middle = next_lane(of.node);
    for (const auto& s : of.stretches)
      rectangle(s.from, s.to, middle, fmt::format("stage {}", name_of(s.stage)),
                tip(s.from, fmt::format("{} for {}, process {}", name_of(s.stage), duration(sane(s.to) - sane(s.from)), s.process)));
    for (const auto& m : of.marks) mark(m, middle);
  }

  void mark(const record::Mark& m, double middle) {
    const auto at = x(m.at);
    if (m.kind == MarkKind::missed_block)
      body_ += fmt::format("<circle class=\"missed\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\">{}</circle>\n", at, middle, tip(m.at, m.what));
    else
      body_ += fmt::format("<line class=\"{0}\" x1=\"{1:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{3:.1f}\">{4}</line>\n",
                           m.kind == MarkKind::error ? "error-line" : "process-end", at, middle - kLane / 2 + 1, middle + kLane / 2 - 1, tip(m.at, m.what));
  }

  void plot(const record::Plot& p) {
    double most = 0;
    for (const auto& curve : p.curves)
      for (const auto& point : curve.points) most = std::max(most, sane(point.value));
    if (most <= 0) most = 1;
    const double top = y_ + 10, bottom = y_ + kPlot;
    label(p.title, top + (bottom - top) / 2 - 8);
    label(fmt::format("0 to {} {}", most < 100 ? fmt::format("{:.2g}", most) : fmt::format("{:.0f}", most), p.unit), top + (bottom - top) / 2 + 8);
    body_ += fmt::format("<line class=\"lane\" x1=\"{0:.0f}\" x2=\"{1:.0f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>\n", kLeft, kRight, bottom);
    for (const auto& curve : p.curves) {
      std::string points;
      for (const auto& point : curve.points) points += fmt::format("{:.1f},{:.1f} ", x(point.at), bottom - (bottom - top) * sane(point.value) / most);
      body_ += fmt::format("<polyline points=\"{}\"><title>{}</title></polyline>\n", points, html(one_line(curve.node.empty() ? p.title : curve.node, 60)));
    }
    y_ += kPlot + 6;
  }

  std::string axis() const {
    std::string out;
    const double step = tick_step(end_);
    for (double t = 0; t <= end_ * 1.0001; t += step)
      out += fmt::format("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/><text class=\"tick\" x=\"{0:.1f}\" y=\"{3:.0f}\">{4:g} s</text>\n", x(t),
                         kTop, y_, y_ + 17, t);
    return out;
  }

  // Where the chain halted: entries after it say how long after.
  std::string halt() const {
    for (const auto& e : run_.timeline)
      if (e.after_halt_s > 0)
        return fmt::format("<line class=\"halt\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/><text class=\"halt\" x=\"{0:.1f}\" y=\"{3:.0f}\">halt</text>\n",
                           x(e.t_s - e.after_halt_s), kTop, y_, kTop - 6);
    return "";
  }

  const RunRecord& run_;
  const Course& course_;
  double end_ = 0, y_ = kTop;
  std::string body_;
};

std::string legend(const Course& course) {
  std::string out;
  for (const auto& [name, stage] : names(record::Stage{})) {
    const bool there = std::ranges::any_of(course.lanes, [s = stage](const auto& l) { return std::ranges::any_of(l.stretches, [s](const auto& x) { return x.stage == s; }); });
    if (there) out += fmt::format("<li><i class=\"stage {0}\"></i>{0}</li>", name);
  }
  return out.empty() ? "" : "<ul class=\"legend\">" + out + "<li><i class=\"error-line\"></i>log error</li><li><i class=\"process-end\"></i>process ended</li><li><i class=\"missed\"></i>missed block</li></ul>\n";
}

std::string picture(const RunRecord& run, const Course& course) {
  std::string more;
  if (course.lanes.size() > kMostLanes) more = fmt::format("<p class=\"about\">{} more nodes are not drawn.</p>\n", course.lanes.size() - kMostLanes);
  return Drawing(run, course).svg() + legend(course) + more;
}

std::string table(const std::vector<record::TimelineEntry>& entries) {
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

}  // namespace

std::string timeline(const RunRecord& run, const record::Course& course) {
  std::string out = "<section id=\"timeline\">\n<h2>Timeline</h2>\n";
  if (run.timeline.empty() && course.lanes.empty()) return out + "<p>The network did not come that far.</p>\n</section>\n";
  out += picture(run, course);
  if (!run.timeline.empty()) out += "<details>\n<summary>" + fmt::format("{} moments", run.timeline.size()) + "</summary>\n" + table(run.timeline) + "</details>\n";
  return out + "</section>\n";
}

}  // namespace rehearse::reports::page
