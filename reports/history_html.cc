// A history as a page.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/facts.h"
#include "reports/history.h"
#include "reports/history_facts.h"
#include "reports/history_plots.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports {

using history::Summary;

namespace {

constexpr std::size_t kMostTableRows = 500, kMostPhases = 24, kMostTrends = 24;

using page::row;
using page::table;

std::string more_than(std::size_t all, std::size_t most) { return all > most ? fmt::format("<p>and {} more</p>\n", all - most) : ""; }

std::string head(const Summary& s) {
  const auto worse = worse_lines(s);
  const char* word = worse.empty() ? "not worse" : "worse";
  auto out = fmt::format("<header class=\"{}\">\n<p class=\"verdict\">{}</p>\n<h1>{}</h1>\n", worse.empty() ? "pass" : "fail", word,
                         s.nights.empty() ? "No night yet" : html(night_text(s, s.nights.back().id())));
  out += fmt::format("<p class=\"about\">{} nights, {} iterations; tonight {} passed, before {}</p>\n", s.nights.size(), iterations_of(s),
                     rate_text(s.comparison.tonight), rate_text(s.comparison.before));
  if (const auto text = canaries_text(s); !text.empty()) out += "<p class=\"about\">Releases that are known to be bad: " + html(text) + "</p>\n";
  if (!worse.empty()) out += "<ul>\n";
  for (const auto& line : worse) out += "<li>" + html(line) + "</li>\n";
  return out + (worse.empty() ? "" : "</ul>\n") + "</header>\n";
}

std::string pass_rates(const Summary& s) {
  std::vector<page::Point> points;
  for (const auto& n : s.nights) {
    const auto rate = n.rate();
    if (!rate.tried) continue;
    const auto sure = confidence(rate.successes, rate.tried);
    points.push_back({100.0 * rate.successes / rate.tried, 100 * sure.low, 100 * sure.high, night_text(s, n.id()) + ": " + rate_text(rate)});
  }
  return "<section>\n<h2>Pass rate</h2>\n" + page::plot("Pass rate of each night in per cent", "%", 100, points) + "</section>\n";
}

std::string failures(const Summary& s) {
  std::string rows;
  const auto all = in_order(s.clusters);
  for (std::size_t i = 0; i < all.size() && i < kMostTableRows; ++i) {
    const auto& c = *all[i];
    rows += row({"<code>" + c.name + "</code>", state_text(c), "<code>" + name_of(c.cause) + "</code>", page::value(one_line(c.owner)),
                    rate_text({c.times, c.tried}), html(night_text(s, c.first_night)), html(night_text(s, c.last_night)),
                    "<code>" + html(one_line(c.evidence)) + "</code>"});
  }
  const auto known = table({"Name", "State", "Cause", "Owner", "Rate", "First", "Last", "Evidence"}, rows);
  return "<section>\n<h2>Failures</h2>\n" + (rows.empty() ? "<p>None.</p>\n" : known) + more_than(all.size(), kMostTableRows) + "</section>\n";
}

std::string phase_plot(const Summary& s, const std::string& phase) {
  std::vector<page::Point> points;
  double most = 0;
  for (const auto& n : s.nights) {
    const auto found = n.phases.find(phase);
    if (found == n.phases.end()) continue;
    const auto [low, high] = std::ranges::minmax(found->second);
    const double middle = median(found->second);
    points.push_back({middle, low, high, night_text(s, n.id()) + ": " + duration(middle)});
    most = std::max(most, high);
  }
  const auto name = one_line(phase);
  return "<h3>" + html(name) + "</h3>\n" + page::plot("Seconds of " + name + " in each night: median, least and most", "s", most, points);
}

std::string times(const Summary& s) {
  std::set<std::string> phases;
  for (const auto& n : s.nights)
    for (const auto& [phase, seconds] : n.phases) phases.insert(phase);
  if (phases.empty()) return "";
  std::string rows;
  for (const auto& p : s.comparison.phases)
    rows += row({html(one_line(p.phase)), duration(p.tonight), duration(p.before), fmt::format("{:.2g}", p.chance), p.is_longer ? "longer" : ""});
  std::string out = "<section>\n<h2>Times</h2>\n" + table({"Phase", "Tonight", "Before", "p", ""}, rows);
  for (const auto& c : s.change_points)
    out += fmt::format("<p>{}: {} instead of {} since {}</p>\n", html(one_line(c.phase)), duration(c.after), duration(c.before),
                       html(night_text(s, c.night)));
  std::size_t shown = 0;
  for (const auto& phase : phases)
    if (++shown <= kMostPhases) out += phase_plot(s, phase);
  return out + more_than(phases.size(), kMostPhases) + "</section>\n";
}

std::string trend_plot(const history::Trend& t) {
  std::vector<page::Point> points;
  double most = 0;
  for (const auto& m : t.medians) {
    points.push_back({m.value, m.value, m.value, fmt::format("{:.2f} h: {}", m.at, amount(m.value, t.what))});
    most = std::max(most, m.value);
  }
  const auto name = one_line(t.name);
  return "<h3>" + html(name) + "</h3>\n" + page::plot(name + " over time", record::unit_of(t.what), most, points);
}

std::string trends(const Summary& s) {
  if (s.trends.empty()) return "";
  std::string rows, plots;
  const auto all = in_order(s.trends);
  for (std::size_t i = 0; i < all.size() && i < kMostTableRows; ++i) {
    const auto& t = *all[i];
    rows += row({html(one_line(t.name)), amount(t.slope, t.what, true), fmt::format("{:.2g}", t.chance), amount(t.first, t.what), amount(t.last, t.what),
                    std::to_string(t.points), t.is_growth ? "grows" : ""});
    if (i < kMostTrends) plots += trend_plot(t);
  }
  return "<section>\n<h2>Trends</h2>\n" + table({"What", "An hour", "p", "First", "Last", "Points", ""}, rows) + more_than(all.size(), kMostTableRows) +
         plots + "</section>\n";
}

std::string exercised(const Summary& s) {
  std::string rows;
  const auto all = in_order(s.coverage);
  for (std::size_t i = 0; i < all.size() && i < kMostTableRows; ++i) {
    const auto& e = all[i];
    rows += row({html(one_line(e.what.phase)), html(one_line(e.what.fault)), html(one_line(e.what.role)), html(one_line(e.what.releases)),
                    std::to_string(e.times), html(night_text(s, e.last_night)),
                    e.nights_since >= kLongAgo ? fmt::format("not for {} nights", e.nights_since) : ""});
  }
  if (rows.empty()) return "";
  return "<section>\n<h2>Exercised</h2>\n" + table({"Phase", "Fault", "Role", "Releases", "Times", "Last", ""}, rows) +
         more_than(all.size(), kMostTableRows) + "</section>\n";
}

}  // namespace

std::string history_html(const Summary& s) {
  return page::document("History of rehearsals", head(s) + pass_rates(s) + failures(s) + times(s) + trends(s) + exercised(s));
}

}  // namespace rehearse::reports
