#include "reports/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "reports/coverage.h"
#include "reports/facts.h"
#include "reports/text.h"

namespace rehearse::reports {

using record::Outcome;
using record::RunRecord;

namespace {

constexpr const char *kBold = "1", *kDim = "2", *kRed = "31", *kGreen = "32", *kYellow = "33";
constexpr std::size_t kMaxListed = 20;    // checks spelt out; the rest is in report.html
constexpr std::size_t kMaxTimeline = 40;  // entries
constexpr std::size_t kMaxShown = 300;    // bytes of a value

std::string painted(bool color, const char* code, const std::string& text) {
  return color && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

// Nine columns: "    3.2 s", "   12m05s", "    3h05m".
std::string clock(double seconds) {
  if (!std::isfinite(seconds) || seconds < 600) return fmt::format("{:>9}", duration(seconds));
  const auto whole = static_cast<long long>(seconds);
  const auto text = whole < 3600 ? fmt::format("{}m{:02}s", whole / 60, whole % 60)
                                 : fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  return fmt::format("{:>9}", text);
}

const char* color_of(Outcome outcome) {
  if (outcome == Outcome::pass) return kGreen;
  return outcome == Outcome::fail || outcome == Outcome::error ? kRed : kYellow;
}

}  // namespace

Progress::Progress(std::ostream& out, bool tty, bool color) : out_(out), tty_(tty), color_(color) {}

std::string Progress::paint(const char* code, const std::string& text) const {
  return painted(color_, code, text);
}

// Writes a finished line above the pending one.
void Progress::line(const std::string& text) {
  if (!pending_.empty()) out_ << "\r\x1b[K";
  out_ << text << '\n' << pending_ << std::flush;
}

void Progress::phase(const std::string& name, double seconds) {
  line(clock(seconds) + "  " + paint(kBold, "-- " + one_line(name)));
}

void Progress::step_started(const std::string& title, const std::string& runbook) {
  if (!tty_) return;
  if (!pending_.empty()) out_ << "\r\x1b[K";
  // Short enough not to wrap, or "\r" would not reach its start.
  std::string text = one_line(title, 44);
  if (!runbook.empty()) text += " [" + one_line(runbook, 20) + "]";
  pending_ = "           " + paint(kDim, text + " ...");
  out_ << pending_ << std::flush;
}

void Progress::step_ended(const std::string& title, const std::string& outcome, const std::string& detail,
                          double seconds) {
  if (!pending_.empty()) out_ << "\r\x1b[K";
  pending_.clear();
  std::string text = one_line(title) + (detail.empty() ? "" : ": " + one_line(detail));
  if (outcome == "skipped") text = paint(kYellow, "skipped " + text);
  else if (outcome != "done") text = paint(kRed, (outcome == "failed" ? "FAILED " : "ERROR ") + text);
  line(clock(seconds) + "  " + text);
}

void Progress::note(const std::string& text) { line("           " + paint(kDim, one_line(text))); }

namespace {

std::string title_block(const RunRecord& run, bool color) {
  std::string about = run_name(run);
  if (const auto both = releases(run); !both.empty()) about += "   " + both;
  about += fmt::format("   seed {}", run.seed);
  if (const auto fork = fork_text(run); !fork.empty()) about += "\nfrom a checkpoint of " + fork;
  for (const auto& d : run.known_defects) about += "\nknown defect " + one_line(d.name) + ", " + fate(d);
  return "\n" + painted(color, kBold, one_line(run.title)) + "\n" + about + "\n";
}

std::string checklist_table(const RunRecord& run, bool color) {
  const auto lists = checklists(run);
  if (lists.empty()) return "\n  no check was reached\n";
  std::size_t width = 9;
  for (const auto& list : lists) width = std::max(width, std::min<std::size_t>(list.name.size(), 60));
  std::string out = fmt::format("\n  {:<{}}  {:>6}  {:>6}  {:>6}  {:>12}  {:>7}\n", "checklist", width,
                                "passed", "failed", "errors", "inconclusive", "skipped");
  const auto cell = [color](std::size_t n, int columns, const char* code) {
    const std::string text = fmt::format("{:>{}}", n ? std::to_string(n) : "-", columns);
    return n ? painted(color, code, text) : text;
  };
  for (const auto& [name, t, checks] : lists)
    out += fmt::format("  {:<{}}  {}  {}  {}  {}  {}\n", one_line(name, 60), width, cell(t.passed, 6, kGreen),
                       cell(t.failed, 6, kRed), cell(t.errors, 6, kRed), cell(t.inconclusive, 12, kYellow),
                       cell(t.skipped, 7, kDim));
  return out;
}

std::string check_block(const record::CheckResult& check, bool color) {
  std::string word = to_string(check.outcome);
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  std::string out = fmt::format("  {}  {}: {} ({})\n", painted(color, color_of(check.outcome), word),
                                one_line(check.subject), one_line(check.title), one_line(check.checklist));
  const auto add = [&out](const char* label, const std::string& value) {
    if (!value.empty()) out += fmt::format("    {:<9} {}\n", label, one_line(value, kMaxShown));
  };
  add("why", check.message);
  add("expected", check.expected);
  add("actual", check.actual);
  for (std::size_t i = 0; i < check.evidence.size() && i < 3; ++i) add("evidence", check.evidence[i]);
  return out;
}

std::string problems(const RunRecord& run, bool color) {
  const auto bad = not_passed(run);
  std::string out = bad.empty() ? "" : "\n";
  for (std::size_t i = 0; i < bad.size() && i < kMaxListed; ++i) out += check_block(*bad[i], color);
  if (bad.size() > kMaxListed)
    out += fmt::format("  and {} more that did not pass: see report.html\n", bad.size() - kMaxListed);
  return out;
}

std::string diagnosis(const RunRecord& run) {
  if (!run.diagnosis) return "";
  std::string out = "\n  diagnosis\n";
  for (const auto& line : diagnosis_lines(run)) out += "    " + clip(line, kMaxShown * 2) + "\n";
  return out;
}

std::string timeline(const RunRecord& run) {
  if (run.timeline.empty()) return "";
  std::string out = "\n  timeline\n";
  for (std::size_t i = 0; i < run.timeline.size() && i < kMaxTimeline; ++i) {
    const auto& e = run.timeline[i];
    const std::string halt = e.after_halt_s > 0 ? "T+" + duration(e.after_halt_s) : "";
    out += fmt::format("  {}  {:>9}  {}{}\n", clock(e.t_s), halt, one_line(e.what, kMaxShown),
                       e.node.empty() ? "" : " (" + one_line(e.node) + ")");
  }
  if (run.timeline.size() > kMaxTimeline)
    out += fmt::format("  and {} more: see report.html\n", run.timeline.size() - kMaxTimeline);
  return out;
}

std::string timing(const RunRecord& run) {
  const auto& t = run.timing;
  std::string out = "\n  wall " + duration(t.wall_s);
  if (t.floor_s > 0)
    out += fmt::format(", floor {}, ratio {:.2f}", duration(t.floor_s), t.wall_s / t.floor_s);
  else
    out += ", floor not known (not all of its moments were reached)";
  if (t.to_verdict_s > 0) out += ", " + duration(t.to_verdict_s) + " from proof to end";
  out += "\n";
  std::string parts;
  for (const auto& part : t.parts)
    if (part.seconds >= 0.05)
      parts += (parts.empty() ? "" : ", ") + one_line(part.name) + " " + duration(part.seconds);
  return parts.empty() ? out : out + "  " + clip(parts, 2000) + "\n";
}

}  // namespace

std::string summary(const RunRecord& run, const std::string& results, bool color) {
  std::string out = title_block(run, color) + checklist_table(run, color) + coverage_text(run.coverage) + problems(run, color) +
                    diagnosis(run) + timeline(run) + timing(run);
  const std::string folder = one_line(results, 4000);
  const bool passed = run.verdict == "pass";
  // A failure's line is about the failure; where the results are stands above it.
  if (!passed) out += "  results in " + folder + "\n";
  if (!run.bundle.empty()) out += "  for another machine: ./rehearse repro " + folder + "/" + one_line(run.bundle) + "\n";
  if (run.reproduced) out += "  " + reproduced_text(run) + "\n";
  const char* code = passed ? kGreen : run.verdict == "fail" || run.verdict == "error" ? kRed : kYellow;
  out += "\n" + painted(color, code, headline(run) + (passed ? ", results in " + folder : "")) + "\n";
  const std::string again = run.reproduce.empty() ? run.command : run.reproduce;
  return out + one_line(again, 4000) + "\n";
}

}  // namespace rehearse::reports
