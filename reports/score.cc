#include "reports/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "reports/facts.h"
#include "reports/text.h"

namespace rehearse::reports {

using record::RunRecord;

const Ordered<Rating>& names(Rating) {
  static const Ordered<Rating> all = {
      {"missed", Rating::missed},           {"false alarm", Rating::false_alarm},
      {"wrong cause", Rating::wrong_cause}, {"not proven", Rating::not_proven},
      {"wrong owner", Rating::wrong_owner}, {"right", Rating::right}};
  return all;
}

namespace {

bool must_fail(const RunRecord& r) { return r.expected.result != "pass"; }
Cause found_cause(const RunRecord& r) { return r.diagnosis ? r.diagnosis->cause : Cause::none; }

// It was found at fault, for whatever cause. One that passes although it should fail has the diagnosis
// no-failure.
bool is_caught(const RunRecord& r) {
  const bool failed = r.verdict == "fail" || (r.verdict == "pass" && r.diagnosis);
  return failed && found_cause(r) != Cause::no_failure;
}

bool owner_is_right(const RunRecord& r) { return r.diagnosis && r.diagnosis->owner == r.expected.owner; }

Rating rating_of(const RunRecord& r) {
  if (!must_fail(r))
    return r.verdict == "pass"   ? Rating::right
           : r.verdict == "fail" ? Rating::false_alarm
                                 : Rating::not_proven;
  if (!is_caught(r)) return Rating::missed;
  if (name_of(found_cause(r)) != r.expected.result) return Rating::wrong_cause;
  return owner_is_right(r) ? Rating::right : Rating::wrong_owner;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void check_scorable(const RunRecord& r) {
  if (r.expected.result.empty())
    throw std::invalid_argument(run_name(r) + " does not say what was expected of it: run it again");
  if (r.verdict == "cancelled")
    throw std::invalid_argument(run_name(r) + " was cancelled: the suite was not run to its end");
}

std::string wanted(const record::Expectation& e) {
  return e.result == "pass" ? e.result : fmt::format("{} ({})", e.result, e.owner);
}

std::string got(const RunRecord& r) {
  if (r.diagnosis)
    return fmt::format("{} ({}): {}", name_of(r.diagnosis->cause), r.diagnosis->owner,
                       r.diagnosis->first_evidence);
  return r.skipped.empty() ? r.verdict : r.verdict + ": " + r.skipped;
}

// A cell of a table in Markdown.
std::string table_cell(const std::string& text) {
  std::string out;
  for (const char c : one_line(text, 300)) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

struct Line {
  std::string name, value;
};

std::vector<Line> score_lines(const Score& s) {
  const auto of = [](int n, int all) { return fmt::format("{} of {}", n, all); };
  return {{"caught", of(s.caught, s.bad)},
          {"right cause", of(s.right_cause, s.bad)},
          {"right owner", of(s.right_owner, s.bad)},
          {"false alarms", of(s.false_alarms, s.good)},
          {"from first evidence to verdict",
           s.caught ? fmt::format("median {:.1f} s, worst {:.1f} s ({})", s.median_s, s.worst_s, s.slowest)
                    : "none was caught"}};
}

}  // namespace

Score score(const std::vector<RunRecord>& runs) {
  Score s;
  std::vector<double> seconds;
  for (const auto& r : runs) {
    check_scorable(r);
    const auto rating = rating_of(r);
    s.rated.push_back({&r, rating});
    if (!must_fail(r)) {
      ++s.good;
      s.false_alarms += rating == Rating::false_alarm;
      continue;
    }
    ++s.bad;
    if (rating == Rating::missed) continue;
    ++s.caught;
    s.right_cause += rating != Rating::wrong_cause;
    s.right_owner += owner_is_right(r);
    seconds.push_back(r.timing.from_evidence_s);
    if (s.slowest.empty() || seconds.back() > s.worst_s) s.worst_s = seconds.back(), s.slowest = run_name(r);
  }
  s.median_s = median(std::move(seconds));
  return s;
}

Ratings ratings_of(const Score& s) {
  Ratings all;
  for (const auto& [run, rating] : s.rated) {
    auto& of = all.try_emplace(run_name(*run), rating).first->second;
    of = std::min(of, rating);
  }
  return all;
}

std::vector<std::string> worse(const Ratings& before, const Ratings& now) {
  std::vector<std::string> all;
  for (const auto& [name, was] : before) {
    const auto is = now.find(name);
    if (is == now.end())
      all.push_back(fmt::format("{}: {} the last time, not run now", name, name_of(was)));
    else if (is->second < was)
      all.push_back(fmt::format("{}: {} the last time, {} now", name, name_of(was), name_of(is->second)));
  }
  return all;
}

std::string score_text(const std::string& suite, const Score& s) {
  auto out = fmt::format("{}: {} bad, {} good\n", one_line(suite), s.bad, s.good);
  for (const auto& [name, value] : score_lines(s)) out += fmt::format("  {:<32}{}\n", name, value);
  for (const auto& [run, rating] : s.rated)
    if (rating != Rating::right)
      out += fmt::format("  {}: {}, wanted {}, got {}\n", one_line(run_name(*run)), name_of(rating),
                         wanted(run->expected), one_line(got(*run), 200));
  return out;
}

std::string score_json(const Score& s) {
  const nlohmann::ordered_json json = {{"bad", s.bad},
                                       {"good", s.good},
                                       {"caught", s.caught},
                                       {"right_cause", s.right_cause},
                                       {"right_owner", s.right_owner},
                                       {"false_alarms", s.false_alarms},
                                       {"seconds", {{"median", s.median_s}, {"worst", s.worst_s}}}};
  return json.dump(2) + "\n";
}

std::string incident_cells(const record::Expectation& e, const std::string& scenario) {
  return fmt::format("| {} | {} | {} |", table_cell(e.incident), table_cell(scenario),
                     e.result == "pass" ? "none: it passes" : e.result);
}

std::string score_md(const std::string& suite, const Score& s) {
  auto out = fmt::format(
      "# The corpus\n\n"
      "Made by `./rehearse score RUN --format md` of a run of {}.suite: what the gate makes of {} bad "
      "releases and settings and\n"
      "of {} good ones.\n\n| | |\n|---|---|\n",
      suite, s.bad, s.good);
  for (const auto& [name, value] : score_lines(s)) out += fmt::format("| {} | {} |\n", name, value);
  out +=
      "\n## Incidents of the field\n\n"
      "What was reported in public, retold; the scenario that stands for it, what it must come to, what that "
      "took from the\n"
      "start of the run, and from the first evidence on.\n\n"
      "| Incident | Scenario | Cause | Seconds | Of these from the evidence | |\n|---|---|---|--:|--:|---|\n";
  for (const auto& [run, rating] : s.rated)
    if (!run->expected.incident.empty())
      out += fmt::format(
          "{} {:.0f} | {} | {} |\n", incident_cells(run->expected, run->scenario), run->timing.wall_s,
          must_fail(*run) ? fmt::format("{:.1f}", run->timing.from_evidence_s) : "", name_of(rating));
  return out;
}

}  // namespace rehearse::reports
