#include "reports/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <unordered_map>

#include "reports/text.h"

namespace rehearse::reports {

using record::CheckResult;
using record::Outcome;
using record::RunRecord;

void Tally::add(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      ++passed;
      break;
    case Outcome::fail:
      ++failed;
      break;
    case Outcome::error:
      ++errors;
      break;
    case Outcome::inconclusive:
      ++inconclusive;
      break;
    case Outcome::skipped:
      ++skipped;
      break;
  }
}

Tally tally(const RunRecord& run) {
  Tally t;
  for (const auto& check : run.checks) t.add(check.outcome);
  return t;
}

std::vector<Checklist> checklists(const RunRecord& run) {
  std::vector<Checklist> lists;
  std::unordered_map<std::string, std::size_t> index;
  for (const auto& check : run.checks) {
    const auto [found, is_new] = index.try_emplace(check.checklist, lists.size());
    if (is_new) lists.push_back({one_line(check.checklist), {}, {}});
    Checklist& list = lists[found->second];
    list.tally.add(check.outcome);
    list.checks.push_back(&check);
  }
  return lists;
}

std::vector<const CheckResult*> not_passed(const RunRecord& run) {
  std::vector<const CheckResult*> found;
  for (const Outcome outcome : {Outcome::fail, Outcome::error, Outcome::inconclusive})
    for (const auto& check : run.checks)
      if (check.outcome == outcome) found.push_back(&check);
  return found;
}

std::string fate(const record::KnownDefect& d) {
  return (d.masked ? "masked: " : "kept: ") + one_line(d.symptom, 500);
}

std::string run_name(const RunRecord& run) { return one_line(run.profile) + "." + one_line(run.scenario); }

std::string fork_text(const RunRecord& run) {
  if (!run.forked_from) return "";
  const auto& f = *run.forked_from;
  return fmt::format("{}, phase {}, height {}; the first {} are its own", one_line(f.scenario), one_line(f.phase), f.height, duration(f.past_s));
}

std::string reproduced_text(const RunRecord& run) {
  if (!run.reproduced) return "";
  const auto& r = *run.reproduced;
  return fmt::format("{} of {} runs more failed for the same cause, {} passed", r.same, r.tried, r.passed);
}

std::string releases(const RunRecord& run) {
  const auto name = [](const auto& release) {
    if (!release) return std::string("?");
    return one_line(release->version.empty() ? release->name : release->version);
  };
  return run.from || run.to ? name(run.from) + " → " + name(run.to) : "";
}

std::string join(const std::vector<std::string>& names, std::size_t at_most) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == at_most) return out + fmt::format(" and {} more", names.size() - i);
    out += (i ? ", " : "") + one_line(names[i]);
  }
  return out;
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) seconds = 0;
  if (seconds < 600) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(seconds);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string where_text(const record::FailedAt& where) {
  std::string text = one_line(where.method);
  if (!where.module.empty()) text += (text.empty() ? "" : " of ") + one_line(where.module);
  if (where.height) text += fmt::format("{}at height {}", text.empty() ? "" : " ", where.height);
  return text;
}

std::string group_text(const record::NodeGroup& g) {
  return one_line(g.shows) + " on " + join(g.nodes, 20) + (g.power.empty() ? "" : " (" + one_line(g.power) + " voting power)") +
         (g.alike.empty() ? "" : "; just they have " + one_line(join(g.alike, 5)));
}

std::string cause(const RunRecord& run) {
  if (run.diagnosis && run.diagnosis->cause != Cause::none) return name_of(run.diagnosis->cause);
  return run.verdict == "fail" ? "assertion" : one_line(run.verdict);
}

namespace {

constexpr std::size_t kMaxItem = 4000, kMaxItems = 50;  // bytes of a value, values of a list

std::vector<std::string> lines_of(const record::Diagnosis& d, const std::string& cause) {
  std::vector<std::string> lines;
  lines.push_back("cause: " + cause);
  const auto add = [&lines](const char* label, const std::string& value) {
    if (!value.empty()) lines.push_back(label + one_line(value, kMaxItem));
  };
  add("whose: ", d.owner);
  add("where: ", where_text(d.where));
  add("proof: ", d.proven_by);
  add("first evidence: ", d.first_evidence);
  add("at: ", d.evidence_at);
  if (!d.affected_nodes.empty() || !d.affected_power.empty()) {
    const std::string power = d.affected_power.empty() ? "" : one_line(d.affected_power) + " voting power";
    std::string who = join(d.affected_nodes, 20);
    if (!who.empty() && !power.empty()) who += " (" + power + ")";
    lines.push_back("affected: " + (who.empty() ? power : who));
  }
  for (const auto& g : d.groups) lines.push_back("group: " + group_text(g));
  for (std::size_t i = 0; i < d.consequences.size() && i < kMaxItems; ++i)
    lines.push_back("consequence: " + one_line(d.consequences[i], kMaxItem));
  add("advice: ", d.advice);
  return lines;
}

}  // namespace

std::vector<std::string> diagnosis_lines(const RunRecord& run) {
  if (run.diagnosis) return lines_of(*run.diagnosis, cause(run));
  std::vector<std::string> lines;
  if (run.verdict == "pass") return lines;
  const auto bad = not_passed(run);
  for (std::size_t i = 0; i < bad.size() && i < kMaxItems; ++i)
    lines.push_back(fmt::format("{}: {} / {} on {}: {}", to_string(bad[i]->outcome),
                                one_line(bad[i]->checklist), one_line(bad[i]->title),
                                one_line(bad[i]->subject), one_line(bad[i]->message, kMaxItem)));
  if (bad.size() > kMaxItems) lines.push_back(fmt::format("and {} more", bad.size() - kMaxItems));
  return lines;
}

namespace {

// What the closing line names when no rule found the cause: the first check that did not pass.
std::vector<std::string> facts_of_checks(const RunRecord& run) {
  const auto bad = not_passed(run);
  if (bad.empty()) return {};
  std::vector<std::string> subjects;
  for (const auto* check : bad)
    if (std::find(subjects.begin(), subjects.end(), check->subject) == subjects.end())
      subjects.push_back(check->subject);
  const auto& evidence = bad.front()->evidence;
  return {join(subjects), without_middle(bad.front()->title + ": " + bad.front()->message, 200),
          evidence.empty() ? "" : one_line(evidence.front())};
}

}  // namespace

std::string headline(const RunRecord& run) {
  if (run.verdict == "pass") {
    const Tally t = tally(run);
    return fmt::format("PASS {}: {} checks{}, wall {}", run_name(run), t.executed(),
                       t.skipped ? fmt::format(" ({} skipped)", t.skipped) : "", duration(run.timing.wall_s));
  }
  if (run.verdict == "skipped") return fmt::format("SKIPPED {}: {}", run_name(run), one_line(run.skipped, 400));
  std::string line = one_line(run.verdict);
  std::transform(line.begin(), line.end(), line.begin(), [](unsigned char c) { return std::toupper(c); });
  const std::string why = cause(run);
  if (why != one_line(run.verdict)) line += " " + why;
  std::vector<std::string> parts = facts_of_checks(run);
  if (const auto& d = run.diagnosis)
    parts = {join(d->affected_nodes),
             without_middle(d->first_evidence.empty() ? d->proven_by : d->first_evidence, 200),
             one_line(d->evidence_at)};
  std::string tail;
  for (const auto& part : parts)
    if (!part.empty()) tail += (tail.empty() ? "" : ", ") + part;
  return line + ": " + (tail.empty() ? run_name(run) : tail);
}

Place place_of(const std::string& evidence) {
  const auto colon = evidence.rfind(':');
  if (colon == std::string::npos || colon + 1 == evidence.size() || evidence.size() - colon > 10) return {};
  const std::string file = evidence.substr(0, colon), digits = evidence.substr(colon + 1);
  const bool number =
      std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c); });
  // An address with its port ("http://127.0.0.1:26657") looks the same but is no file.
  const bool path = file.find("://") == std::string::npos && file.find_first_of("/.") != std::string::npos &&
                    file.find_first_of(" \t\n") == std::string::npos &&
                    std::any_of(file.begin(), file.end(), [](unsigned char c) { return std::isalpha(c); });
  if (!number || !path) return {};
  return {one_line(file), std::stol(digits)};
}

std::string state_title(const record::StateChanges& s) {
  record::PrefixChanges sum;
  for (const auto& row : state_rows(s)) {
    sum.added += row.of->added, sum.removed += row.of->removed, sum.changed += row.of->changed;
    sum.bytes += row.of->bytes;
  }
  return fmt::format("State {} -> {} of {}: {} keys added, {} removed, {} changed, {:+} bytes, read in {:.2f} s", s.before, s.upgrade, s.node,
                     sum.added, sum.removed, sum.changed, sum.bytes, s.seconds);
}

std::vector<StateRow> state_rows(const record::StateChanges& s) {
  std::vector<StateRow> rows;
  for (const auto& store : s.at_upgrade)
    for (const auto& p : store.prefixes) rows.push_back({store.store + (store.added ? " (new)" : store.removed ? " (removed)" : ""), &p});
  return rows;
}

}  // namespace rehearse::reports
