#include "reports/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <pugixml.hpp>
#include <sstream>
#include <unordered_set>

#include "reports/coverage.h"
#include "reports/facts.h"
#include "reports/render.h"
#include "reports/text.h"

namespace rehearse::reports {

using record::CheckResult;
using record::Outcome;
using record::RunRecord;

namespace {

constexpr std::size_t kMaxValue = 16 * 1024;  // bytes of expected, actual, and of all evidence
// Of what the problems of a testcase say, and of all of a document: readers drop a file that is larger, or take minutes for it.
constexpr std::size_t kMaxCase = 56 * 1024, kMaxDocument = 16 * 1024 * 1024;

// Plain decimals with three digits: what junit-10.xsd admits.
std::string seconds(double s) { return fmt::format("{:.3f}", std::isfinite(s) && s > 0 ? s : 0.0); }

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name) = one_line(value, 1000).c_str();
}

// As XML has it.
std::size_t escaped_size(const std::string& text) {
  std::size_t size = text.size();
  for (const char c : text) size += c == '&' ? 4 : c == '<' || c == '>' ? 3 : 0;
  return size;
}

// What may still be said. A problem's message stays whatever there is.
class Room {
 public:
  explicit Room(std::size_t bytes, Room* of = nullptr) : left_(bytes), of_(of) {}
  std::size_t left() const { return of_ ? std::min(left_, of_->left()) : left_; }
  std::string take(std::string text) {
    if (const auto size = escaped_size(text); size > left()) text = clip(text, text.size() * left() / size);
    spend(escaped_size(text));
    return text;
  }
  void spend(std::size_t bytes) {
    left_ -= std::min(left_, bytes);
    if (of_) of_->spend(bytes);
  }

 private:
  std::size_t left_;
  Room* of_;
};

// <failure> or <error>. GitLab shows the text and Jenkins the message, so the message opens the text too.
void add_problem(pugi::xml_node testcase, Room& room, const char* element, const std::string& type,
                 const std::string& message, const std::string& details) {
  auto node = testcase.append_child(element);
  set(node, "message", message);
  set(node, "type", type);
  room.spend(escaped_size(one_line(message, 1000)) + escaped_size(type));
  node.text().set(room.take(one_line(message, 4000) + "\n" + clean(details)).c_str());
}

std::string details_of(const CheckResult& check) {
  std::string evidence;
  for (const auto& item : check.evidence) evidence += "  " + one_line(item, 4000) + "\n";
  return "expected: " + clip(clean(check.expected), kMaxValue) +
         "\nactual: " + clip(clean(check.actual), kMaxValue) + "\n" +
         (evidence.empty() ? "" : "evidence:\n" + clip(std::move(evidence), kMaxValue));
}

std::string message_of(const CheckResult& check) {
  if (!check.message.empty()) return check.message;
  if (check.outcome == Outcome::skipped) return "not reached";
  return fmt::format("expected {}, got {}", one_line(check.expected, 200), one_line(check.actual, 200));
}

// One <testsuite>, written in the record's order; the counts are known only at its end.
class Suite {
 public:
  // `others`: more runs of the same scenario, whose failures stand beside this one's outcomes.
  Suite(pugi::xml_node parent, Room& room, const RunRecord& run, std::string name, JunitDialect dialect,
        std::vector<const RunRecord*> others = {})
      : room_(room),
        run_(run),
        name_(std::move(name)),
        dialect_(dialect),
        node_(parent.append_child("testsuite")),
        others_(std::move(others)) {}

  Tally write(std::size_t id) {
    set(node_, "name", name_);
    auto tests = node_.append_attribute("tests"), failures = node_.append_attribute("failures"),
         errors = node_.append_attribute("errors"), skipped = node_.append_attribute("skipped");
    set(node_, "time", seconds(run_.timing.wall_s));
    if (!run_.started.empty()) set(node_, "timestamp", run_.started);
    if (!run_.host.empty()) set(node_, "hostname", run_.host);
    set(node_, "id", std::to_string(id));
    properties();
    verdict();
    for (const auto& check : run_.checks) this->check(check);
    tests = static_cast<std::uint64_t>(tally_.total());
    failures = static_cast<std::uint64_t>(tally_.failed);
    errors = static_cast<std::uint64_t>(tally_.errors + tally_.inconclusive);
    skipped = static_cast<std::uint64_t>(tally_.skipped);
    return tally_;
  }

 private:
  void properties();
  void verdict();
  void check(const CheckResult&);
  void in_other_runs(pugi::xml_node, Room&, const CheckResult&);
  std::string unique(const std::string& classname, const CheckResult&);
  pugi::xml_node testcase(const std::string& classname, const std::string& name, double time);
  void place(pugi::xml_node, const std::vector<std::string>& evidence);

  Room& room_;
  const RunRecord& run_;
  const std::string name_;
  const JunitDialect dialect_;
  pugi::xml_node node_;
  const std::vector<const RunRecord*> others_;
  Tally tally_;
  std::unordered_set<std::string> taken_;
};

void Suite::properties() {
  auto parent = node_.append_child("properties");
  const auto add = [&parent](const std::string& name, const std::string& value) {
    if (value.empty()) return;
    auto property = parent.append_child("property");
    set(property, "name", name);
    set(property, "value", value);
  };
  add("verdict", run_.verdict);
  if (run_.diagnosis) {
    add("cause", name_of(run_.diagnosis->cause));
    add("owner", run_.diagnosis->owner);
    add("where", where_text(run_.diagnosis->where));
  }
  add("seed", std::to_string(run_.seed));
  add("forked_from", fork_text(run_));
  add("scenario", run_.scenario);
  add("scenario_digest", run_.scenario_digest);
  add("profile", run_.profile);
  add("profile_digest", run_.profile_digest);
  const auto release = [&add](const std::string& which, const record::Provenance& p) {
    add(which + ".name", p.name);
    add(which + ".version", p.version);
    add(which + ".sha256", p.sha256);
    add(which + ".binary_sha256", p.binary_sha256);
  };
  if (run_.from) release("from", *run_.from);
  if (run_.to) release("to", *run_.to);
  for (const auto& d : run_.known_defects) add("known_defect." + d.name, fate(d));
  if (run_.state)
    for (const auto& row : state_rows(*run_.state))
      add("state." + row.store + "/" + row.of->prefix, fmt::format("+{} -{} ~{}", row.of->added, row.of->removed, row.of->changed));
  add("cosmovisor_sha256", run_.cosmovisor_sha256);
  add("harness_version", run_.harness_version);
  add("host", run_.host);
  add("wall_s", seconds(run_.timing.wall_s));
  add("floor_s", seconds(run_.timing.floor_s));
  add("command", run_.command);
  add("reproduce", run_.reproduce);
  add("bundle", run_.bundle);
  add("reproduced", reproduced_text(run_));
}

pugi::xml_node Suite::testcase(const std::string& classname, const std::string& name, double time) {
  auto node = node_.append_child("testcase");
  set(node, "classname", classname);
  set(node, "name", name);
  set(node, "time", seconds(time));
  return node;
}

void Suite::place(pugi::xml_node node, const std::vector<std::string>& evidence) {
  if (dialect_ == JunitDialect::strict) return;
  for (const auto& item : evidence) {
    const Place found = place_of(item);
    if (found.line == 0) continue;
    set(node, "file", found.file);
    set(node, "line", std::to_string(found.line));
    return;
  }
}

void Suite::verdict() {
  const std::string classname = name_ + ".run";
  taken_.insert(classname + '\n' + "verdict");
  auto node = testcase(classname, "verdict", run_.timing.wall_s);
  if (run_.verdict == "pass") return tally_.add(Outcome::pass);
  if (run_.verdict == "skipped") {
    set(node.append_child("skipped"), "message", run_.skipped);
    return tally_.add(Outcome::skipped);
  }
  const bool failed = run_.verdict == "fail";
  tally_.add(failed ? Outcome::fail : Outcome::error);
  std::string details;
  for (const auto& line : diagnosis_lines(run_)) details += line + "\n";
  if (!run_.reproduce.empty()) details += "reproduce: " + one_line(run_.reproduce, kMaxValue) + "\n";
  if (!run_.bundle.empty()) details += "bundle: " + one_line(run_.bundle, kMaxValue) + "\n";
  if (run_.reproduced) details += reproduced_text(run_) + "\n";
  if (run_.diagnosis) place(node, {run_.diagnosis->evidence_at});
  Room room(kMaxCase, &room_);
  add_problem(node, room, failed ? "failure" : "error", cause(run_), headline(run_), details);
}

std::string Suite::unique(const std::string& classname, const CheckResult& check) {
  std::string name = one_line(check.title);
  if (taken_.insert(classname + '\n' + name).second) return name;
  const std::string with_list = name + " (" + one_line(check.checklist) + ")";
  name = with_list;
  for (int n = 2; !taken_.insert(classname + '\n' + name).second; ++n)
    name = fmt::format("{} {}", with_list, n);
  return name;
}

void Suite::check(const CheckResult& check) {
  const std::string classname = name_ + "." + one_line(check.subject);
  auto node = testcase(classname, unique(classname, check), check.seconds);
  tally_.add(check.outcome);
  Room room(kMaxCase, &room_);
  if (check.outcome == Outcome::skipped) {
    set(node.append_child("skipped"), "message", message_of(check));
  } else if (check.outcome == Outcome::fail) {
    place(node, check.evidence);
    add_problem(node, room, "failure", run_.diagnosis ? cause(run_) : "assertion", message_of(check), details_of(check));
  } else if (check.outcome != Outcome::pass) {
    place(node, check.evidence);
    add_problem(node, room, "error", to_string(check.outcome), message_of(check), details_of(check));
  }
  in_other_runs(node, room, check);
}

// As Surefire writes what it ran again: a test that passes here and failed there is flaky.
void Suite::in_other_runs(pugi::xml_node node, Room& room, const CheckResult& check) {
  const char* element = check.outcome == Outcome::pass   ? "flakyFailure"
                        : check.outcome == Outcome::fail ? "rerunFailure"
                                                         : nullptr;
  if (!element) return;
  for (const auto* run : others_)
    for (const auto& other : run->checks)
      if (other.outcome == Outcome::fail && other.title == check.title && other.subject == check.subject &&
          other.checklist == check.checklist)
        if (room.left()) add_problem(node, room, element, cause(*run), message_of(other), details_of(other));
}

// <testsuites>, whose totals come first and are known last.
class Document {
 public:
  explicit Document(const std::string& name) {
    auto declaration = document_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    root_ = document_.append_child("testsuites");
    set(root_, "name", name);
    for (const char* total : {"tests", "failures", "errors", "time"}) root_.append_attribute(total);
  }

  void add(const RunRecord& run, const std::string& suite, JunitDialect dialect,
           std::vector<const RunRecord*> others = {}) {
    const Tally one = Suite(root_, room_, run, suite, dialect, std::move(others)).write(suites_++);
    all_.passed += one.passed;
    all_.failed += one.failed;
    all_.errors += one.errors + one.inconclusive;
    all_.skipped += one.skipped;
    wall_ += run.timing.wall_s;
  }

  std::string text() {
    root_.attribute("tests") = static_cast<std::uint64_t>(all_.total());
    root_.attribute("failures") = static_cast<std::uint64_t>(all_.failed);
    root_.attribute("errors") = static_cast<std::uint64_t>(all_.errors);
    root_.attribute("time") = seconds(wall_).c_str();
    std::ostringstream out;
    document_.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
    return out.str();
  }

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
  Room room_{kMaxDocument};
  Tally all_;
  double wall_ = 0;
  std::size_t suites_ = 0;
};

// As if it were a run: a suite in which a listed fault never took effect fails, whatever its runs say.
RunRecord of_coverage(const std::vector<std::string>& never) {
  RunRecord run;
  run.verdict = "fail";
  for (const auto& fault : never)
    run.checks.push_back({"Injected Failures", fault + ": took effect", "suite", Outcome::fail, "once at least", "never", "planned, and never took effect", {}, 0});
  return run;
}

}  // namespace

std::string junit(const RunRecord& run, JunitDialect dialect) {
  Document document("rehearse");
  document.add(run, run_name(run), dialect);
  return document.text();
}

std::string junit(const std::vector<RunRecord>& runs, JunitDialect dialect, std::string_view name) {
  Document document{std::string(name)};
  std::map<std::string, int> seen;
  for (const auto& run : runs) {
    std::string suite = run_name(run);
    if (const int nth = ++seen[suite]; nth > 1) suite += fmt::format("#{}", nth);
    document.add(run, suite, dialect);
  }
  if (const auto never = never_applied(coverage(runs)); !never.empty()) document.add(of_coverage(never), "coverage", dialect);
  return document.text();
}

std::string junit_repeated(const std::vector<RunRecord>& runs, JunitDialect dialect) {
  // The worst is shown whole: a gate must see it.
  const auto worst = std::max_element(runs.begin(), runs.end(), [](const RunRecord& a, const RunRecord& b) {
    return severity(a.verdict) < severity(b.verdict);
  });
  Document document(run_name(*worst));
  std::vector<const RunRecord*> others;
  for (const auto& run : runs)
    if (&run != &*worst) others.push_back(&run);
  document.add(*worst, run_name(*worst), dialect, others);
  return document.text();
}

}  // namespace rehearse::reports
