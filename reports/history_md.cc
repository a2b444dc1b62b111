// A history as text and as Markdown, and a failure of it as an issue.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/facts.h"
#include "reports/history.h"
#include "reports/history_facts.h"
#include "reports/text.h"

namespace rehearse::reports {

using history::Cluster;
using history::Summary;

namespace {

constexpr std::size_t kMostRows = 200;

// Of what is clean.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : c == '`' ? std::string("'") : std::string(1, c);
  return out;
}

std::string in_all(const Summary& s) {
  return fmt::format("{} nights, {} iterations, {} failures", s.nights.size(), iterations_of(s), s.clusters.size());
}

std::string more_rows(std::size_t all) { return all > kMostRows ? fmt::format("\nand {} more\n", all - kMostRows) : ""; }

std::string clusters_table(const Summary& s) {
  if (s.clusters.empty()) return "None.\n";
  std::string out = "| Failure | State | Cause | Owner | Rate | First | Last | Evidence |\n|---|---|---|---|---|---|---|---|\n";
  std::size_t rows = 0;
  for (const auto* c : in_order(s.clusters))
    if (++rows <= kMostRows)
      out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | `{}` |\n", c->name, state_text(*c), name_of(c->cause), cell(one_line(c->owner)),
                         rate_text({c->times, c->tried}), cell(night_text(s, c->first_night)), cell(night_text(s, c->last_night)),
                         cell(one_line(c->evidence, 200)));
  return out + more_rows(s.clusters.size());
}

std::string phases_table(const Summary& s) {
  std::string out = "| Phase | Tonight | Before | p | |\n|---|--:|--:|--:|---|\n";
  for (const auto& p : s.comparison.phases)
    out += fmt::format("| {} | {} | {} | {:.2g} | {} |\n", cell(one_line(p.phase)), duration(p.tonight), duration(p.before), p.chance,
                       p.is_longer ? "longer" : "");
  for (const auto& c : s.change_points)
    out += fmt::format("\n{}: {} instead of {} since {}\n", cell(one_line(c.phase)), duration(c.after), duration(c.before), cell(night_text(s, c.night)));
  return out;
}

std::string trends_table(const Summary& s) {
  if (s.trends.empty()) return "";
  std::string out = "\n## Trends\n\n| What | An hour | p | First | Last | Points | |\n|---|--:|--:|--:|--:|--:|---|\n";
  std::size_t rows = 0;
  for (const auto* t : in_order(s.trends))
    if (++rows <= kMostRows)
      out += fmt::format("| {} | {} | {:.2g} | {} | {} | {} | {} |\n", cell(one_line(t->name)), amount(t->slope, t->what, true), t->chance,
                         amount(t->first, t->what), amount(t->last, t->what), t->points, t->is_growth ? "grows" : "");
  return out + more_rows(s.trends.size());
}

std::string coverage_lists(const Summary& s) {
  std::string out = fmt::format("\n## Not exercised for {} nights or more\n\n", kLongAgo);
  const auto stale = in_order(history::not_exercised(s.coverage, kLongAgo));
  for (std::size_t i = 0; i < stale.size() && i < kMostRows; ++i)
    out += fmt::format("- {}: for {} nights\n", cell(covered_text(stale[i].what)), stale[i].nights_since);
  out += stale.empty() ? "Nothing that ever was.\n" : more_rows(stale.size());
  out += "\n## Exercised\n\n| What | Times | Last |\n|---|--:|---|\n";
  std::size_t rows = 0;
  for (const auto& e : s.coverage)
    if (++rows <= kMostRows) out += fmt::format("| {} | {} | {} |\n", cell(covered_text(e.what)), e.times, cell(night_text(s, e.last_night)));
  return out + more_rows(s.coverage.size());
}

// As a shell takes it for one word: it came with a file, and is there to be copied.
std::string shell_word(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// A fence that no line of it ends.
std::string in_fence(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fence + "\n" + text + "\n" + fence + "\n\n";
}

}  // namespace

std::string history_text(const Summary& s) {
  if (s.nights.empty()) return "no night yet\n";
  auto out = in_all(s) + "\n";
  out += fmt::format("  tonight   {}\n  before    {}\n", rate_text(s.comparison.tonight), rate_text(s.comparison.before));
  if (const auto text = canaries_text(s); !text.empty()) out += "  canaries  " + text + "\n";
  for (const auto& line : worse_lines(s)) out += "  worse     " + line + "\n";
  for (const auto* c : in_order(s.clusters))
    out += fmt::format("  {}  {:<12}  {}  {} ({}): {}\n", c->name, state_text(*c), rate_text({c->times, c->tried}), name_of(c->cause), one_line(c->owner),
                       one_line(c->evidence, 120));
  for (const auto& t : s.trends)  // of networks there may be hundreds
    if (t.network.empty()) out += fmt::format("  trend     {}: {}\n", one_line(t.name), trend_text(t));
  if (const auto stale = history::not_exercised(s.coverage, kLongAgo); !stale.empty())
    out += fmt::format("  not exercised for {} nights or more: {} of {}\n", kLongAgo, stale.size(), s.coverage.size());
  return out;
}

std::string history_md(const Summary& s) {
  if (s.nights.empty()) return "# History\n\nNo night yet.\n";
  const auto worse = worse_lines(s);
  auto out = fmt::format("# {}: {}\n\n{}. Tonight {} passed, before {}.\n", cell(night_text(s, s.nights.back().id())), worse.empty() ? "not worse" : "worse",
                         in_all(s), rate_text(s.comparison.tonight), rate_text(s.comparison.before));
  if (const auto text = canaries_text(s); !text.empty()) out += "\nReleases that are known to be bad: " + cell(text) + ".\n";
  if (!worse.empty()) out += "\n## Worse\n\n";
  for (const auto& line : worse) out += "- " + cell(line) + "\n";
  return out + "\n## Failures\n\n" + clusters_table(s) + "\n## Times\n\n" + phases_table(s) + trends_table(s) + coverage_lists(s);
}

std::string issue_md(const Summary& s, const Cluster& c) {
  auto out = fmt::format("# {}: {}\n\n", name_of(c.cause), cell(one_line(c.evidence, 100)));
  out += in_fence(clip(clean(c.evidence), 8 * 1024));
  out += fmt::format("- Cause: `{}`, of {}: {}\n", name_of(c.cause), cell(one_line(c.owner)), advice_for(c.cause));
  out += fmt::format("- Rate: {} of the runs since it was first seen; {}\n", rate_text({c.times, c.tried}), state_text(c));
  out += fmt::format("- First bad night: {}; last seen in {}\n", cell(night_text(s, c.first_night)), cell(night_text(s, c.last_night)));
  out += fmt::format("- Releases: {}\n", cell(one_line(fmt::format("{}", fmt::join(c.releases, ", ")))));
  out += fmt::format("- Last plan: {}, seed {}\n- Name in the history: {}\n\n", cell(one_line(c.plan)), c.seed, c.name);
  if (c.bundle.empty()) return out + "No bundle of it was kept.\n";
  const auto bundle = one_line(c.bundle, 4000);
  return out + "Bundle: " + cell(bundle) + "\n\n" + in_fence(fmt::format("./rehearse repro {0}\n./rehearse minimize {0}", shell_word(bundle)));
}

}  // namespace rehearse::reports
