#include "reports/coverage.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/text.h"

namespace rehearse::reports {

std::vector<record::FaultCoverage> coverage(const std::vector<record::RunRecord>& runs) {
  std::vector<record::FaultCoverage> all;
  for (const auto& run : runs) all.insert(all.end(), run.coverage.begin(), run.coverage.end());
  return record::sum_up(all);
}

std::vector<std::string> never_applied(const std::vector<record::FaultCoverage>& all) {
  std::vector<std::string> never;
  for (const auto& c : all)
    if (c.planned && !c.applied) never.push_back(c.fault + " when " + c.phase);
  return never;
}

std::string coverage_text(const std::vector<record::FaultCoverage>& all) {
  if (all.empty()) return "";
  std::size_t width = 5;
  for (const auto& c : all) width = std::max(width, std::min<std::size_t>(c.fault.size(), 40));
  std::string out = fmt::format("\n  {:<{}}  {:<20}  {:>7}  {:>7}  {:>6}  {:>7}\n", "fault", width, "when", "planned", "applied", "healed", "skipped");
  for (const auto& c : all)
    out += fmt::format("  {:<{}}  {:<20}  {:>7}  {:>7}  {:>6}  {:>7}\n", one_line(c.fault, 40), width, one_line(c.phase, 20), c.planned,
                       c.applied, c.healed, c.skipped);
  return out;
}

std::string coverage_md(const std::vector<record::FaultCoverage>& all) {
  if (all.empty()) return "";
  std::string out = "### Injected failures\n\n| Fault | When | Planned | Applied | Healed | Skipped |\n|---|---|--:|--:|--:|--:|\n";
  for (const auto& c : all)
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", one_line(c.fault, 40), one_line(c.phase, 40), c.planned, c.applied, c.healed, c.skipped);
  return out + "\n";
}

}  // namespace rehearse::reports
