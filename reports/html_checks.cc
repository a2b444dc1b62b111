#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports::page {

using record::CheckResult;
using record::Outcome;
using record::RunRecord;

namespace {

const char* symbol(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "✓";
    case Outcome::fail:
      return "✕";
    case Outcome::error:
      return "!";
    case Outcome::inconclusive:
      return "?";
    case Outcome::skipped:
      return "–";
  }
  return "";
}

bool is_bad(const CheckResult& check) {
  return check.outcome != Outcome::pass && check.outcome != Outcome::skipped;
}

// What the matrix links to: the check's place in the record.
std::string anchor(const RunRecord& run, const CheckResult& check) {
  return fmt::format("check-{}", &check - run.checks.data());
}

std::string mark(const RunRecord& run, const CheckResult& check) {
  const std::string tip = html(one_line(
      std::string(to_string(check.outcome)) + (check.message.empty() ? "" : ": " + check.message), 300));
  const auto badge = fmt::format("<span class=\"mark {}\" title=\"{}\">{}</span>", to_string(check.outcome),
                                 tip, symbol(check.outcome));
  return is_bad(check) ? fmt::format("<a href=\"#{}\">{}</a>", anchor(run, check), badge) : badge;
}

std::string evidence(const CheckResult& check) {
  std::string out;
  for (const auto& item : check.evidence) out += "<li><code>" + value(item) + "</code></li>";
  return out.empty() ? "" : "<ul class=\"evidence\">" + out + "</ul>";
}

bool has_one_subject(const Checklist& list) {
  return std::all_of(list.checks.begin(), list.checks.end(),
                     [&list](const CheckResult* c) { return c->subject == list.checks.front()->subject; });
}

// The distinct names in their order.
std::vector<std::string> distinct(const Checklist& list, std::string CheckResult::*field) {
  std::vector<std::string> names;
  std::unordered_set<std::string> seen;
  for (const auto* check : list.checks)
    if (seen.insert(check->*field).second) names.push_back(check->*field);
  return names;
}

// Items down, subjects across: 32 results of four validators at a glance.
std::string matrix(const RunRecord& run, const Checklist& list) {
  const auto titles = distinct(list, &CheckResult::title), subjects = distinct(list, &CheckResult::subject);
  std::map<std::pair<std::string, std::string>, std::string> cells;
  for (const auto* check : list.checks) cells[{check->title, check->subject}] += mark(run, *check);
  std::string out = "<div class=\"scroll\"><table class=\"matrix\">\n<thead><tr><th></th>";
  for (const auto& subject : subjects) out += "<th>" + node(subject) + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& title : titles) {
    out += "<tr><th>" + value(one_line(title)) + "</th>";
    for (const auto& subject : subjects) {
      const auto cell = cells.find({title, subject});
      out += "<td>" + (cell == cells.end() ? "" : cell->second) + "</td>";
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

// A check that did not pass, with all that is known of it.
std::string card(const RunRecord& run, const CheckResult& check) {
  std::string out = fmt::format("<article id=\"{}\" class=\"{}\">\n<h4>{} {} {}</h4>\n", anchor(run, check),
                                to_string(check.outcome), mark(run, check), value(one_line(check.title)),
                                node(check.subject));
  if (!check.message.empty()) out += "<p>" + value(check.message) + "</p>\n";
  out += "<dl>\n";
  if (!check.expected.empty()) out += "<dt>Expected</dt><dd><pre>" + value(check.expected) + "</pre></dd>\n";
  if (!check.actual.empty()) out += "<dt>Actual</dt><dd><pre>" + value(check.actual) + "</pre></dd>\n";
  if (!check.evidence.empty()) out += "<dt>Evidence</dt><dd>" + evidence(check) + "</dd>\n";
  return out + "</dl>\n</article>\n";
}

std::string result_table(const RunRecord& run, const Checklist& list) {
  std::string out =
      "<div class=\"scroll\"><table class=\"results\">\n<thead><tr><th></th><th>Item</th><th>On</th>"
      "<th>Expected</th><th>Actual</th><th>Evidence</th></tr></thead>\n<tbody>\n";
  for (const auto* check : list.checks) {
    // Nothing was measured where a check was skipped: the reason stands in place of it.
    const std::string& actual = check->actual.empty() ? check->message : check->actual;
    out +=
        fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td data-label=\"Expected\">{}</td><td data-label=\"Actual\">{}</td>"
                    "<td data-label=\"Evidence\">{}</td></tr>\n",
                    mark(run, *check), value(one_line(check->title)), node(check->subject),
                    value(one_line(check->expected, 2000)), value(one_line(actual, 2000)), evidence(*check));
  }
  return out + "</tbody></table></div>\n";
}

// A matrix of one column says less than the results themselves.
std::string results(const RunRecord& run, const Checklist& list) {
  std::string cards;
  for (const auto* check : list.checks)
    if (is_bad(*check)) cards += card(run, *check);
  if (has_one_subject(list)) return result_table(run, list) + cards;
  return matrix(run, list) + cards +
         fmt::format("<details>\n<summary>All {} results with expected, actual and evidence</summary>\n",
                     list.checks.size()) +
         result_table(run, list) + "</details>\n";
}

}  // namespace

std::string checks(const RunRecord& run) {
  std::string out = "<section id=\"checklists\">\n<h2>Checklists</h2>\n";
  if (run.checks.empty()) return out + "<p>No check was reached.</p>\n</section>\n";
  for (const auto& list : checklists(run)) {
    out += "<div class=\"checklist\">\n<h3>" + html(list.name) + tally_pills(list.tally) + "</h3>\n";
    out += results(run, list) + "</div>\n";
  }
  return out + "</section>\n";
}

}  // namespace rehearse::reports::page
