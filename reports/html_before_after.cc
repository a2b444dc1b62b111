// What is other than before: each node, parameters, the state, and the times of the run that passed last.
#include <fmt/format.h>

#include "reports/explain.h"
#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports::page {

using record::RunRecord;

namespace {

std::string nodes(const record::Course& course) {
  std::string rows;
  for (const auto& n : course.nodes)
    rows += fmt::format("<tr><td>{}</td><td><code>{}</code></td><td><code>{}</code></td><td class=\"num\">{}</td><td class=\"num\">{}</td></tr>\n", node(n.node),
                        value(one_line(n.first_version)), value(one_line(n.last_version)), n.height, n.processes);
  return rows.empty() ? "" : "<h3>Nodes</h3>\n" + table({"Node", "Began on", "Runs", "Last block", "Processes"}, rows, "changes");
}

std::string parameters(const record::Course& course) {
  std::string rows;
  for (const auto& p : course.parameters)
    rows += fmt::format("<tr><td><code>{}</code></td><td><code>{}</code></td><td><code>{}</code></td></tr>\n", value(one_line(p.name)), value(one_line(p.before)),
                        value(one_line(p.after)));
  const auto more = course.parameters_left_out ? fmt::format("<p class=\"about\">{} more are not shown.</p>\n", course.parameters_left_out) : "";
  return rows.empty() ? "" : "<h3>Parameters</h3>\n" + table({"Parameter", "Before", "After"}, rows, "changes") + more;
}

std::string state(const RunRecord& run) {
  if (!run.state) return "";
  std::string rows;
  for (const auto& row : state_rows(*run.state))
    rows += fmt::format("<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td><td>{:+}</td></tr>\n", value(one_line(row.store)),
                        value(one_line(row.of->prefix)), row.of->added, row.of->removed, row.of->changed, row.of->bytes);
  return "<h3>State</h3>\n<details>\n<summary>" + html(one_line(state_title(*run.state))) + "</summary>\n" +
         table({"Store", "Keys", "Added", "Removed", "Changed", "Bytes"}, rows, "changes") + "</details>\n";
}

// Where the wall time went: one bar, its parts in the record's order, and the same in words, each beside what it was.
std::string times(const record::Timing& timing, const std::optional<RunRecord>& last_pass) {
  std::string bar, rows;
  for (std::size_t i = 0; i < timing.parts.size(); ++i) {
    const auto& part = timing.parts[i];
    if (sane(part.seconds) <= 0) continue;
    const std::string name = html(one_line(part.name, 100)), time = duration(part.seconds);
    bar += fmt::format("<i class=\"part{}\" style=\"flex-grow:{:.4f}\" title=\"{} {}\"></i>", i % 8, sane(part.seconds), name, time);
    std::string before;
    if (last_pass)
      for (const auto& p : last_pass->timing.parts)
        if (p.name == part.name) before = duration(p.seconds);
    rows += fmt::format("<tr><td><i class=\"key part{}\"></i>{}</td><td class=\"num\">{}</td>{}</tr>\n", i % 8, name, time,
                        last_pass ? fmt::format("<td class=\"num\">{}</td>", before) : "");
  }
  if (bar.empty()) return "";
  return "<h3>Where the time went</h3>\n<div class=\"bar\">" + bar + "</div>\n" +
         (last_pass ? table({"Part", "This run", "Last pass"}, rows, "times") : table({"Part", "This run"}, rows, "times"));
}

std::string since_last_pass(const RunRecord& run, const std::optional<RunRecord>& last_pass) {
  if (!last_pass) return "";
  std::string items;
  for (const auto& line : differences(run, *last_pass)) items += "<li>" + value(line) + "</li>";
  return fmt::format("<h3>Since it passed last, {}</h3>\n{}", html(one_line(last_pass->started)),
                     items.empty() ? "<p>Nothing that is recorded is another.</p>\n" : "<ul>" + items + "</ul>\n");
}

}  // namespace

std::string before_after(const RunRecord& run, const Explanation& more) {
  const auto all = nodes(more.course) + parameters(more.course) + state(run) + since_last_pass(run, more.last_pass) + times(run.timing, more.last_pass);
  return "<section id=\"before-after\">\n<h2>Before and after</h2>\n" + (all.empty() ? "<p>Nothing is known of it.</p>\n" : all) + "</section>\n";
}

}  // namespace rehearse::reports::page
