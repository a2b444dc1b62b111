#include "reports/html.h"

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

}  // namespace page

std::string report_html(const record::RunRecord& run, const Explanation& more) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
      html(one_line(run.verdict) + ": " + run_name(run)) + "</title>\n<style>\n";
  out += page::style();
  out += "</style>\n</head>\n<body>\n<main>\n";
  out += page::verdict(run);
  out += page::diagnosis(run, more.evidence);
  out += page::timeline(run, more.course);
  out += page::before_after(run, more);
  out += page::logs(more.course, run.diagnosis ? run.diagnosis->evidence_at : "");
  out += page::checks(run);
  out += page::provenance(run);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace rehearse::reports
