// Real runs (tests/record keeps them), judged again: they come to what they came to then, and the patterns of today's profiles
// find in the chain's own words what they found.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <zlib.h>

#include <map>
#include <set>

#include "harness/procedures/procedure.h"
#include "harness/run/conclusion.h"
#include "harness/spec/scenario.h"
#include "harness/view/journal.h"
#include "harness/view/step_ids.h"
#include "harness/view/view.h"
#include "localnet/base/json_text.h"
#include "localnet/base/text.h"
#include "localnet/network/node_log.h"
#include "localnet/network/supervisor.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> recordings() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(made::kProject / "tests/recorded"))
    if (entry.is_directory()) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::string unpacked(const fs::path& file) {
  const std::unique_ptr<gzFile_s, decltype(&::gzclose)> in(::gzopen(file.c_str(), "rb"), &::gzclose);
  std::string text(1 << 20, '\0');
  std::size_t size = 0;
  for (int n; (n = ::gzread(in.get(), text.data() + size, static_cast<unsigned>(text.size() - size))) > 0;) {
    size += static_cast<std::size_t>(n);
    if (size == text.size()) text.resize(2 * size);
  }
  return text.substr(0, size);
}

using Items = std::set<std::pair<std::string, std::string>>;  // list and title

Items items_of(const record::RunRecord& r) {
  Items all;
  for (const auto& c : r.checks) all.insert({c.checklist, c.title});
  return all;
}

// What a run came to: its verdict, its cause and each of those items.
std::vector<std::string> outcomes(const record::RunRecord& r, const Items& of) {
  std::vector<std::string> all{r.verdict, r.diagnosis ? name_of(r.diagnosis->cause) : ""};
  for (const auto& c : r.checks)
    if (of.contains({c.checklist, c.title})) all.push_back(fmt::format("{}: {} ({}): {}", c.checklist, c.title, c.subject, to_string(c.outcome)));
  return all;
}

// At each line (its number) of a log: patterns, and what they capture.
using PatternsAt = std::map<std::string, std::set<std::pair<std::string, std::vector<std::string>>>>;

PatternsAt found_in_log(const fs::path& log, const LogMatcher& matcher) {
  PatternsAt found;
  std::istringstream lines(unpacked(log));
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    auto& here = found[line.substr(0, tab)];
    for (const auto& m : matcher.match(printable(line.substr(tab + 1)))) here.insert({m.pattern, m.captures});
  }
  return found;
}

class Recorded : public testing::TestWithParam<std::string> {
 protected:
  Recorded() {
    for (const char* name : {"events.jsonl", "scenario.yaml", "profile.yaml", "run.json"})
      folder_.write(name, unpacked(recorded_ / (std::string(name) + ".gz")));
  }

  const fs::path recorded_ = made::kProject / "tests/recorded" / GetParam();
  made::TempFolder folder_;
};

TEST_P(Recorded, IsJudgedAsItWas) {
  const auto then = record::run_record_from_json(parse_json(made::read_file(folder_ / "run.json")));
  const auto now = judge_folder(folder_.path());
  const auto items = items_of(then);
  EXPECT_EQ(outcomes(now, items), outcomes(then, items));
  // Items that there were not yet find nothing in it.
  for (const auto& c : now.checks) {
    if (items.contains({c.checklist, c.title})) continue;
    EXPECT_TRUE(c.outcome == record::Outcome::pass || c.outcome == record::Outcome::skipped) << c.title << ": " << c.message;
  }
}

TEST_P(Recorded, HasNoStepThatItsProcedureHasNot) {
  const auto view = fold_all(read_journal(folder_ / "events.jsonl"));
  const auto known = steps_of(read_scenario(folder_ / "scenario.yaml").upgrade.kind, view.order);
  for (const auto& s : view.steps) {
    if (s.step.step.starts_with("record-")) continue;  // named for a height
    if (s.step.step == step_id::fork) continue;                // of no procedure: a fault that waits for it would never come in a run from nothing
    EXPECT_TRUE(known.contains(s.step.step)) << s.step.step;
  }
}

TEST_P(Recorded, HasLogsInWhichThePatternsFindWhatTheyFound) {
  const auto events = read_journal(folder_ / "events.jsonl");
  std::map<std::string, std::string> node_of;   // log -> whose it is
  std::map<std::string, PatternsAt> expected;  // log -> what was found there
  for (const auto& e : events)
    if (const auto* l = std::get_if<record::LogLine>(&e.body)) {
      node_of[l->file] = e.node;
      expected[l->file][std::to_string(l->line)].insert({l->pattern, l->captures});
    }
  const auto profile = load_profile(made::kProject / "fixtures/profiles" / (fold_all(events).run.value().profile + ".yaml"));
  const auto network = read_scenario(folder_ / "scenario.yaml").network;
  for (auto& [log, lines] : expected) {
    const bool of_provider = node_of[log] == kProvider;
    auto patterns = of_provider ? profile.provider.value().log_patterns : line_patterns(profile);
    if (!of_provider)
      for (auto& p : log_patterns(supervisor_of(network, node_of[log]))) patterns.push_back(std::move(p));
    auto file = log + ".gz";
    std::ranges::replace(file, '/', '-');
    for (const auto& [line, found] : found_in_log(recorded_ / file, LogMatcher(patterns)))
      EXPECT_EQ(found, lines[line]) << GetParam() << ": " << log << ":" << line;
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, Recorded, testing::ValuesIn(recordings()), [](const auto& run) {
  auto name = run.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace rehearse
