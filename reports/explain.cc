#include "reports/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/facts.h"
#include "reports/text.h"

namespace rehearse::reports {

using record::RunRecord;

namespace {

constexpr std::size_t kMostOfLine = 2000;  // bytes

// A fence that no line of it ends.
std::string fenced(const std::vector<std::string>& lines, const char* kind = "") {
  std::string text, fence = "```";
  for (const auto& line : lines) text += one_line(line, kMostOfLine) + "\n";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fence + kind + "\n" + text + fence + "\n\n";
}

std::string evidence_of(const RunRecord& run, const std::optional<Excerpt>& around) {
  const auto& d = *run.diagnosis;
  std::string out = "## Evidence\n\n";
  if (!around) return out + fenced({d.first_evidence}) + (d.evidence_at.empty() ? "" : "From " + d.evidence_at + ".\n\n");
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < around->lines.size(); ++i) {
    const auto number = around->first + static_cast<long>(i);
    lines.push_back(fmt::format("{} {} {}", number, number == around->marked ? ">" : "|", around->lines[i]));
  }
  return out + fmt::format("{}, line {}:\n\n", around->file, around->marked) + fenced(lines);
}

std::string timeline_of(const RunRecord& run) {
  if (run.timeline.empty()) return "";
  std::vector<std::string> lines;
  for (const auto& e : run.timeline) lines.push_back(fmt::format("{:.2f} s  {}{}", e.t_s, e.what, e.node.empty() ? "" : " (" + e.node + ")"));
  return "## What came when\n\n" + fenced(lines);
}

std::string release_text(const std::optional<record::Provenance>& r) {
  return r ? fmt::format("{} (sha256 {})", r->name, r->sha256.substr(0, 12)) : "none";
}

// Parts that took much longer or shorter than before: what a noisy machine does is left out.
void add_times(const RunRecord& now, const RunRecord& passed, std::vector<std::string>& all) {
  constexpr double kLeast = 1, kTimes = 1.5;  // seconds
  std::map<std::string, double> before;
  for (const auto& p : passed.timing.parts) before[p.name] = p.seconds;
  for (const auto& p : now.timing.parts) {
    const auto was = before.find(p.name);
    if (was == before.end()) continue;
    const auto more = std::max(p.seconds, was->second), less = std::min(p.seconds, was->second);
    if (more - less >= kLeast && more >= kTimes * less) all.push_back(fmt::format("{} took {} instead of {}", p.name, duration(p.seconds), duration(was->second)));
  }
}

}  // namespace

std::vector<std::string> differences(const RunRecord& now, const RunRecord& passed) {
  std::vector<std::string> all;
  const auto add = [&all](const char* what, const std::string& is, const std::string& was) {
    if (is != was) all.push_back(fmt::format("{}: {} instead of {}", what, is.empty() ? "none" : is, was.empty() ? "none" : was));
  };
  add("from", release_text(now.from), release_text(passed.from));
  add("to", release_text(now.to), release_text(passed.to));
  add("cosmovisor", now.cosmovisor_sha256.substr(0, 12), passed.cosmovisor_sha256.substr(0, 12));
  add("scenario, sha256", now.scenario_digest.substr(0, 12), passed.scenario_digest.substr(0, 12));
  add("profile, sha256", now.profile_digest.substr(0, 12), passed.profile_digest.substr(0, 12));
  add("seed", std::to_string(now.seed), std::to_string(passed.seed));
  add("validators", std::to_string(now.network.size()), std::to_string(passed.network.size()));
  add("harness", now.harness_version, passed.harness_version);
  add("machine", now.host, passed.host);
  add_times(now, passed, all);
  return all;
}

std::string explain_md(const RunRecord& run, const Explanation& more) {
  std::string out = fmt::format("# {}\n\n", headline(run));
  out += fenced(diagnosis_lines(run));
  if (run.diagnosis) out += evidence_of(run, more.evidence);
  out += timeline_of(run);
  if (more.last_pass) {
    const auto other = differences(run, *more.last_pass);
    out += fmt::format("## Since it passed last, {}\n\n", more.last_pass->started);
    for (const auto& line : other) out += "- " + line + "\n";
    out += other.empty() ? "Nothing that is recorded is another.\n\n" : "\n";
  } else {
    out += "## Since it passed last\n\nNo run of this scenario that passed is known on this machine.\n\n";
  }
  out += "## Now\n\n";
  std::vector<std::string> commands = {run.reproduce};
  if (!more.bundle.empty())
    for (const char* command : {"repro", "minimize"}) commands.push_back(fmt::format("./rehearse {} {}", command, more.bundle));
  if (!more.network.empty()) commands.push_back("./rehearse replay " + more.network);
  return out + fenced(commands, "sh");
}

}  // namespace rehearse::reports
