#include "reports/html.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports {

namespace page {

std::string value(std::string_view text) { return html(clip(clean(text), 8 * 1024)); }

double sane(double seconds) { return std::isfinite(seconds) && seconds > 0 ? seconds : 0; }

std::string node(std::string_view name) {
  return name.empty() ? "" : "<span class=\"node\">" + html(one_line(name)) + "</span>";
}

std::string document(const std::string& title, const std::string& sections) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
      html(title) + "</title>\n<style>\n";
  out += style();
  return out + "</style>\n</head>\n<body>\n<main>\n" + sections + "</main>\n</body>\n</html>\n";
}

std::string table(const std::vector<const char*>& columns, const std::string& rows, const std::string& kind) {
  auto out = fmt::format("<div class=\"scroll\"><table{}>\n<thead><tr>", kind.empty() ? "" : fmt::format(" class=\"{}\"", kind));
  for (const char* c : columns) out += fmt::format("<th>{}</th>", c);
  return out + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string row(const std::vector<std::string>& cells) {
  std::string out = "<tr>";
  for (const auto& c : cells) out += "<td>" + c + "</td>";
  return out + "</tr>\n";
}

std::string figure(const std::string& number, const char* label, const char* kind) {
  return fmt::format("<div class=\"figure {}\"><b>{}</b><span>{}</span></div>\n", kind, number, label);
}

std::string tally_pills(const Tally& t) {
  std::string out;
  const auto pill = [&out](std::size_t n, const char* kind, const char* word) {
    if (n) out += fmt::format(" <span class=\"pill {}\">{} {}</span>", kind, n, word);
  };
  pill(t.failed, "fail", "failed");
  pill(t.errors, "error", t.errors == 1 ? "error" : "errors");
  pill(t.inconclusive, "inconclusive", "inconclusive");
  pill(t.passed, "pass", "passed");
  pill(t.skipped, "skipped", "skipped");
  return out;
}

std::string verdict_class(const std::string& verdict) {
  for (const char* known : {"pass", "fail", "error", "inconclusive"})
    if (verdict == known) return known;
  return "skipped";
}

}  // namespace page

std::string report_html(const record::RunRecord& run, const Explanation& more) {
  return page::document(one_line(run.verdict) + ": " + run_name(run),
                        page::verdict(run) + page::diagnosis(run, more.evidence) + page::timeline(run, more.course) + page::before_after(run, more) +
                            page::logs(more.course, run.diagnosis ? run.diagnosis->evidence_at : "") + page::checks(run) + page::provenance(run));
}

}  // namespace rehearse::reports
