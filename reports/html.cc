#include "reports/html.h"

#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports {

namespace page {

std::string value(std::string_view text) { return html(clip(clean(text), 8 * 1024)); }

std::string node(std::string_view name) {
  return name.empty() ? "" : "<span class=\"node\">" + html(one_line(name)) + "</span>";
}

}  // namespace page

std::string report_html(const record::RunRecord& run) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
      html(one_line(run.verdict) + ": " + run_name(run)) + "</title>\n<style>\n";
  out += page::style();
  out += "</style>\n</head>\n<body>\n<main>\n";
  out += page::verdict(run);
  out += page::diagnosis(run);
  out += page::timeline(run);
  out += page::checks(run);
  out += page::state(run);
  out += page::provenance(run);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace rehearse::reports
