#include "reports/history_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/text.h"

namespace rehearse::reports::page {

namespace {

constexpr double kPlotLeft = 70, kPlotRight = 980, kPlotTop = 14, kPlotBottom = 134, kPlotWidth = 1000, kPlotHeight = 148;  // SVG units
constexpr std::size_t kMostPoints = 90;

double height_of(double value, double most) {
  const double part = std::isfinite(value) && most > 0 ? std::clamp(value / most, 0.0, 1.0) : 0;
  return kPlotBottom - (kPlotBottom - kPlotTop) * part;
}

std::string level(double value, double most, const std::string& unit) {
  return fmt::format(
      "<line class=\"grid\" x1=\"{0:.0f}\" x2=\"{1:.0f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
      "<text class=\"lane\" x=\"{3:.0f}\" y=\"{4:.1f}\">{5:.3g} {6}</text>\n",
      kPlotLeft, kPlotRight, height_of(value, most), kPlotLeft - 8, height_of(value, most) + 4, value, unit);
}

}  // namespace

std::string plot(const std::string& label, const std::string& unit, double most, const std::vector<Point>& all) {
  const std::vector<Point> points(all.end() - static_cast<std::ptrdiff_t>(std::min(all.size(), kMostPoints)), all.end());
  auto out = fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", kPlotWidth, kPlotHeight, html(one_line(label)));
  for (const double part : {0.0, 0.5, 1.0}) out += level(part * most, most, unit);
  const double step = (kPlotRight - kPlotLeft) / static_cast<double>(points.size() + 1);
  std::string line, marks;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& p = points[i];
    const double x = kPlotLeft + step * static_cast<double>(i + 1), y = height_of(p.value, most);
    line += fmt::format("{:.1f},{:.1f} ", x, y);
    marks += fmt::format(
        "<line class=\"lane\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>"
        "<circle class=\"one\" cx=\"{0:.1f}\" cy=\"{3:.1f}\" r=\"4\"><title>{4}</title></circle>\n",
        x, height_of(p.low, most), height_of(p.high, most), y, html(one_line(p.title)));
  }
  return out + "<polyline points=\"" + line + "\"/>\n" + marks + "</svg>\n";
}

}  // namespace rehearse::reports::page
