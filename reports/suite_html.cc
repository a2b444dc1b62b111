#include "reports/suite_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/coverage.h"
#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/render.h"
#include "reports/text.h"

namespace rehearse::reports {

using page::row;
using page::table;
using record::RunRecord;
using Runs = std::vector<RunRecord>;

namespace {

constexpr std::size_t kSlowest = 10;

bool is_bad(const RunRecord& run) { return run.verdict != "pass" && run.verdict != "skipped"; }

std::string link(const RunRecord& run) {
  return fmt::format("<a href=\"{}/report.html\"><u>{}</u></a>", html(one_line(run.scenario)), html(one_line(run.scenario)));
}

std::string section(const char* id, const char* title, const std::string& content) {
  return content.empty() ? "" : fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, title, content);
}

std::string head(const Runs& runs, std::string_view suite) {
  const auto count = [&](const char* verdict) { return std::ranges::count(runs, verdict, &RunRecord::verdict); };
  const auto verdict = suite_verdict(runs);
  double wall = 0;
  for (const auto& run : runs) wall += page::sane(run.timing.wall_s);
  std::string out = fmt::format("<header class=\"{}\">\n<p class=\"verdict\">{}</p>\n<h1>{}</h1>\n<div class=\"figures\">\n", page::verdict_class(verdict),
                                html(one_line(verdict)), html(one_line(suite)));
  for (const char* one : {"pass", "fail", "error", "inconclusive", "cancelled", "skipped"})
    if (const auto n = count(one)) out += page::figure(std::to_string(n), one, page::verdict_class(one).c_str());
  return out + page::figure(duration(wall), "wall time of all") + "</div>\n</header>\n";
}

// One row a cause and owner, the most frequent first.
std::string failures(const Runs& runs) {
  std::map<std::pair<std::string, std::string>, std::vector<const RunRecord*>> by_cause;
  for (const auto& run : runs)
    if (is_bad(run)) by_cause[{cause(run), run.diagnosis ? run.diagnosis->owner : ""}].push_back(&run);
  std::vector<std::pair<std::size_t, std::string>> rows;
  for (const auto& [what, of] : by_cause) {
    std::string links, said;
    for (const auto* run : of) links += (links.empty() ? "" : ", ") + link(*run);
    if (const auto& d = of.front()->diagnosis) said = d->first_evidence.empty() ? d->proven_by : d->first_evidence;
    rows.emplace_back(of.size(), row({"<code>" + html(one_line(what.first)) + "</code>", html(one_line(what.second)), std::to_string(of.size()), links,
                                      "<code>" + html(one_line(said)) + "</code>"}));
  }
  std::ranges::stable_sort(rows, std::greater(), &std::pair<std::size_t, std::string>::first);
  std::string all;
  for (const auto& [times, text] : rows) all += text;
  return section("failures", "What did not pass", all.empty() ? "" : table({"Cause", "Owner", "Runs", "Scenarios", "First evidence of the first"}, all));
}

// Scenarios down, checklists across.
std::string matrix(const Runs& runs) {
  std::vector<std::string> lists;
  for (const auto& run : runs)
    for (const auto& list : checklists(run))
      if (!std::ranges::count(lists, list.name)) lists.push_back(list.name);
  std::vector<const char*> columns = {"Scenario", "Verdict", "Wall"};
  std::vector<std::string> heads;
  for (const auto& name : lists) heads.push_back(html(one_line(name)));
  for (const auto& name : heads) columns.push_back(name.c_str());
  std::string rows;
  for (const auto& run : runs) {
    std::vector<std::string> cells = {link(run), fmt::format("<span class=\"pill {}\">{}</span>", page::verdict_class(run.verdict), html(one_line(run.verdict))),
                                      duration(run.timing.wall_s)};
    std::map<std::string, Tally> of_run;
    for (const auto& list : checklists(run)) of_run[list.name] = list.tally;
    for (const auto& name : lists) cells.push_back(of_run.contains(name) ? page::tally_pills(of_run[name]) : "");
    rows += row(cells);
  }
  return section("matrix", "Scenarios", rows.empty() ? "" : table(columns, rows));
}

std::string slowest(const Runs& runs) {
  std::vector<const RunRecord*> all;
  for (const auto& run : runs)
    if (run.verdict != "skipped") all.push_back(&run);
  std::ranges::stable_sort(all, std::greater(), [](const auto* run) { return page::sane(run->timing.wall_s); });
  all.resize(std::min(all.size(), kSlowest));
  std::string rows;
  for (const auto* run : all) {
    const auto& t = run->timing;
    const auto longest = std::ranges::max_element(t.parts, {}, &record::TimePart::seconds);
    rows += row({link(*run), duration(t.wall_s), t.floor_s > 0 ? fmt::format("{:.2f}×", t.wall_s / t.floor_s) : "",
                 longest == t.parts.end() ? "" : html(one_line(longest->name)) + " " + duration(longest->seconds)});
  }
  return section("slowest", "Slowest", rows.empty() ? "" : table({"Scenario", "Wall", "Wall / floor", "Longest part"}, rows));
}

std::string faults(const Runs& runs) {
  std::string rows;
  for (const auto& c : coverage(runs))
    rows += row({html(one_line(c.fault)), html(one_line(c.phase)), std::to_string(c.planned), std::to_string(c.applied), std::to_string(c.healed), std::to_string(c.skipped)});
  return section("faults", "Injected failures", rows.empty() ? "" : table({"Fault", "When", "Planned", "Applied", "Healed", "Skipped"}, rows));
}

std::string skipped(const Runs& runs) {
  std::map<std::string, std::string> by_reason;
  for (const auto& run : runs)
    if (run.verdict == "skipped") {
      auto& links = by_reason[one_line(run.skipped)];
      links += (links.empty() ? "" : ", ") + link(run);
    }
  std::string rows;
  for (const auto& [reason, links] : by_reason) rows += row({html(reason), links});
  return section("skipped", "Skipped", rows.empty() ? "" : table({"Why", "Scenarios"}, rows));
}

}  // namespace

std::string suite_html(const Runs& runs, std::string_view suite) {
  return page::document(suite_verdict(runs) + ": " + one_line(suite), head(runs, suite) + failures(runs) + matrix(runs) + slowest(runs) + faults(runs) + skipped(runs));
}

}  // namespace rehearse::reports
