#include "reports/summary_md.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/coverage.h"
#include "reports/facts.h"
#include "reports/text.h"

namespace rehearse::reports {

using record::CheckResult;
using record::Outcome;
using record::RunRecord;

namespace {

constexpr std::size_t kMaxBytes = 1024 * 1024, kReserve = 1024;  // reserve: for saying that something is cut
constexpr std::size_t kMaxListed = 200;                          // checks spelt out
constexpr std::size_t kMaxCell = 500;                           // bytes of a value
constexpr std::size_t kMaxAnnotations = 10;

// Prose: every character that may mean something is escaped.
std::string prose(std::string_view text, std::size_t max_bytes = 2000) {
  std::string out;
  for (const char c : one_line(text, max_bytes)) {
    if (c == '<' || c == '&' || c == '@') {  // "\@" is not enough against a mention
      out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : "&#64;";
      continue;
    }
    if (std::string_view("\\`*_{}[]>#|~$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// A code span whose fence is longer than any run of backticks inside. `|` is escaped, because most spans
// stand in tables; outside one the backslash shows.
std::string code(std::string_view text, std::size_t max_bytes = kMaxCell) {
  const std::string line = one_line(text, max_bytes);
  if (line.empty()) return "";
  std::size_t longest = 0, run = 0;
  std::string inner;
  for (const char c : line) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    inner += c == '|' ? "\\|" : std::string(1, c);
  }
  const std::string fence(longest + 1, '`');
  const char* pad = longest ? " " : "";
  return fence + pad + inner + pad + fence;
}

// A fenced block for a command to copy.
std::string block(const std::string& command) {
  std::string fence = "```";
  const std::string line = one_line(command, 4000);
  while (line.find(fence) != std::string::npos) fence += '`';
  return fence + "sh\n" + line + "\n" + fence + "\n";
}

const char* symbol(const std::string& outcome) {
  if (outcome == "pass") return "✅";
  if (outcome == "fail") return "❌";
  if (outcome == "skipped") return "⏭️";
  return outcome == "error" ? "🛑" : "⚠️";
}

std::string diagnosis(const RunRecord& run) {
  if (!run.diagnosis) return "";
  const auto& d = *run.diagnosis;
  std::string out;
  const auto add = [&out](const char* label, const std::string& value) {
    if (!value.empty()) out += fmt::format("- **{}:** {}\n", label, value);
  };
  add("Cause", code(cause(run)));
  add("Whose", prose(d.owner));
  add("Where", prose(where_text(d.where)));
  add("Proof", prose(d.proven_by));
  add("First evidence", code(d.first_evidence));
  add("At", code(d.evidence_at));
  std::string who = code(join(d.affected_nodes, 20));
  if (!d.affected_power.empty()) who += (who.empty() ? "" : ", ") + prose(d.affected_power) + " voting power";
  add("Affected", who);
  for (const auto& g : d.groups) add("Group", prose(group_text(g)));
  for (std::size_t i = 0; i < d.consequences.size() && i < 20; ++i)
    add("Consequence", prose(d.consequences[i]));
  add("Advice", prose(d.advice));
  return out + "\n";
}

std::string checklist_table(const RunRecord& run) {
  std::string out =
      "| Checklist | Passed | Failed | Errors | Inconclusive | Skipped |\n|---|--:|--:|--:|--:|--:|\n";
  for (const auto& [name, t, checks] : checklists(run))
    out += fmt::format("| {} {} | {} | {} | {} | {} | {} |\n",
                       t.failed                    ? "❌"
                       : t.errors + t.inconclusive ? "⚠️"
                       : t.passed                  ? "✅"
                                                   : "⏭️",
                       prose(name), t.passed, t.failed, t.errors, t.inconclusive, t.skipped);
  return out + "\n";
}

std::string problems(const RunRecord& run) {
  const auto bad = not_passed(run);
  if (bad.empty()) return "";
  std::string out =
      "### Not passed\n\n"
      "| | Check | On | Expected | Actual | Why | Evidence |\n|---|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < bad.size() && i < kMaxListed; ++i) {
    const CheckResult& c = *bad[i];
    out += fmt::format("| {} | {}: {} | {} | {} | {} | {} | {} |\n", symbol(to_string(c.outcome)),
                       prose(c.checklist, kMaxCell), prose(c.title, kMaxCell), code(c.subject),
                       code(c.expected), code(c.actual), prose(c.message, kMaxCell),
                       c.evidence.empty() ? "" : code(c.evidence.front()));
  }
  if (bad.size() > kMaxListed)
    out += fmt::format("\nand {} more: see report.html\n", bad.size() - kMaxListed);
  return out + "\n";
}

std::string state(const RunRecord& run) {
  if (!run.state) return "";
  std::string out = fmt::format("<details><summary>{}</summary>\n\n| Store | Keys | Added | Removed | Changed | Bytes |\n|---|---|--:|--:|--:|--:|\n",
                                prose(state_title(*run.state)));
  std::size_t rows = 0;
  for (const auto& r : state_rows(*run.state))
    if (++rows <= kMaxListed)
      out += fmt::format("| {} | {} | {} | {} | {} | {:+} |\n", prose(r.store, kMaxCell), code(r.of->prefix), r.of->added, r.of->removed, r.of->changed, r.of->bytes);
  return out + (rows > kMaxListed ? fmt::format("\nand {} more: see report.html\n", rows - kMaxListed) : "") + "\n</details>\n\n";
}

std::string timeline(const RunRecord& run) {
  if (run.timeline.empty()) return "";
  std::string out =
      "<details><summary>Timeline</summary>\n\n| Time | After the halt | Event | Node |\n|--:|--:|---|---|\n";
  for (std::size_t i = 0; i < run.timeline.size() && i < kMaxListed; ++i) {
    const auto& e = run.timeline[i];
    out += fmt::format("| {} | {} | {} | {} |\n", duration(e.t_s),
                       e.after_halt_s > 0 ? "+" + duration(e.after_halt_s) : "", prose(e.what, kMaxCell),
                       code(e.node));
  }
  return out + "\n</details>\n\n";
}

std::string timing(const RunRecord& run) {
  std::string out = fmt::format("Wall {}", duration(run.timing.wall_s));
  if (run.timing.floor_s > 0)
    out += fmt::format(", floor {}, ratio {:.2f}", duration(run.timing.floor_s),
                       run.timing.wall_s / run.timing.floor_s);
  std::string parts;
  for (const auto& p : run.timing.parts)
    if (p.seconds >= 0.05)
      parts += (parts.empty() ? "" : ", ") + prose(p.name, 100) + " " + duration(p.seconds);
  return out + (parts.empty() ? "" : " (" + clip(parts, 4000) + ")") + ".\n\n";
}

std::string heading(const RunRecord& run, const char* level) {
  std::string word = run.verdict == "pass" ? "Pass" : run.verdict == "fail" ? "Fail" : prose(run.verdict);
  return fmt::format("{} {} {}: {}\n\n{}{} · seed {}\n\n", level, symbol(run.verdict), word, prose(run.title),
                     code(run_name(run)), releases(run).empty() ? "" : " · " + prose(releases(run)),
                     run.seed);
}

std::string known_defects(const RunRecord& run) {
  std::string out;
  if (const auto fork = fork_text(run); !fork.empty()) out += "- From a checkpoint of " + prose(fork) + "\n";
  for (const auto& d : run.known_defects)
    out += fmt::format("- Known defect {}, {}\n", code(d.name), prose(fate(d)));
  return out.empty() ? out : out + "\n";
}

// Appends sections while they fit: the first ones matter most.
class Budget {
 public:
  explicit Budget(std::size_t bytes) : left_(bytes) {}
  void add(const std::string& section) {
    if (section.size() > left_) {
      cut_ = true;
      return;
    }
    left_ -= section.size();
    text_ += section;
  }
  std::string take() && {
    return cut_ ? text_ + "_Cut to GitHub's limit: see report.html for the rest._\n" : text_;
  }

 private:
  std::size_t left_;
  std::string text_;
  bool cut_ = false;
};

}  // namespace

std::string summary_md(const RunRecord& run) {
  Budget budget(kMaxBytes - kReserve);
  budget.add(heading(run, "##"));
  budget.add(known_defects(run));
  budget.add(diagnosis(run));
  budget.add("Reproduce with\n\n" + block(run.reproduce.empty() ? run.command : run.reproduce) + "\n");
  if (!run.bundle.empty()) budget.add("or, on another machine, with " + code("./rehearse repro " + run.bundle) + " of the results\n\n");
  if (run.reproduced) budget.add(prose(reproduced_text(run)) + "\n\n");
  budget.add(checklist_table(run));
  budget.add(coverage_md(run.coverage));
  budget.add(problems(run));
  budget.add(state(run));
  budget.add(timing(run));
  budget.add(timeline(run));
  return std::move(budget).take();
}

std::string summary_md(const std::vector<RunRecord>& runs, std::string_view suite) {
  Budget budget(kMaxBytes - kReserve);
  const auto passed =
      std::count_if(runs.begin(), runs.end(), [](const auto& r) { return r.verdict == "pass"; });
  const auto skipped =
      std::count_if(runs.begin(), runs.end(), [](const auto& r) { return r.verdict == "skipped"; });
  const bool all = passed > 0 && passed + skipped == static_cast<std::ptrdiff_t>(runs.size());
  budget.add(fmt::format("# {} {}: {} of {} runs passed{}\n\n", symbol(all ? "pass" : "fail"), prose(suite),
                         passed, runs.size(), skipped ? fmt::format(", {} skipped", skipped) : ""));
  budget.add("| | Run | Cause | Checks | Not passed | Skipped | Wall |\n|---|---|---|--:|--:|--:|--:|\n");
  for (const auto& run : runs) {
    const Tally t = tally(run);
    const std::string name = prose(run_name(run));
    budget.add(fmt::format("| {} | [{}](<{}/report.html>) | {} | {} | {} | {} | {} |\n", symbol(run.verdict),
                           name, prose(run.scenario), run.verdict == "pass" ? "" : run.verdict == "skipped" ? prose(run.skipped) : code(cause(run)),
                           t.executed(), t.executed() - t.passed, t.skipped, duration(run.timing.wall_s)));
  }
  budget.add("\n" + coverage_md(coverage(runs)));
  for (const auto& run : runs)
    if (run.verdict != "pass" && run.verdict != "skipped")
      budget.add(heading(run, "##") + diagnosis(run) + "Reproduce with\n\n" +
                 block(run.reproduce.empty() ? run.command : run.reproduce) + "\n" + problems(run));
  return std::move(budget).take();
}

namespace {

// Of a workflow command: in data % CR LF, in a property also : and , have a meaning.
std::string escaped(const std::string& text, bool property) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '%':
        out += "%25";
        break;
      case '\r':
        out += "%0D";
        break;
      case '\n':
        out += "%0A";
        break;
      case ':':
        out += property ? "%3A" : ":";
        break;
      case ',':
        out += property ? "%2C" : ",";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string annotation(const std::string& title, const std::string& text, const Place& place = {}) {
  const auto at = place.line ? fmt::format("file={},line={},", escaped(place.file, true), place.line) : "";
  return "::error " + at + "title=" + escaped(title, true) + "::" + escaped(text, false) + "\n";
}

std::string why(const CheckResult& c) {
  std::string text = one_line(c.message, kMaxCell);
  if (!c.expected.empty()) text += "\nexpected: " + one_line(c.expected, kMaxCell);
  if (!c.actual.empty()) text += "\nactual: " + one_line(c.actual, kMaxCell);
  if (!c.evidence.empty()) text += "\nevidence: " + one_line(c.evidence.front(), kMaxCell);
  return text;
}

}  // namespace

std::string github_annotation(const std::string& error) {
  return annotation("rehearse", one_line(error, 4000), place_of(error.substr(0, error.find(": "))));
}

std::string github_annotations(const RunRecord& run) {
  if (run.verdict == "pass" || run.verdict == "skipped") return "";
  std::string text = headline(run);
  if (run.diagnosis && !run.diagnosis->advice.empty()) text += "\n" + one_line(run.diagnosis->advice, 2000);
  if (!run.reproduce.empty()) text += "\nreproduce: " + one_line(run.reproduce, 2000);
  std::string out = annotation(run_name(run) + ": " + cause(run), text);
  const auto bad = not_passed(run);
  std::size_t room = kMaxAnnotations - 1;
  const bool more = bad.size() > room;
  if (more) --room;  // the last one says how many are not shown
  for (std::size_t i = 0; i < bad.size() && i < room; ++i)
    out += annotation(one_line(bad[i]->subject) + ": " + one_line(bad[i]->title), why(*bad[i]));
  if (more)
    out += annotation(run_name(run), fmt::format("and {} more checks that did not pass", bad.size() - room));
  return out;
}

}  // namespace rehearse::reports
