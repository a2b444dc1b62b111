// The corpus: that it is large enough, can be run as it stands, and that CORPUS.md tells of the incidents
// that it has.
#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "harness/run/fitness.h"
#include "harness/run/scenario_rules.h"
#include "harness/spec/suite.h"
#include "reports/score.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCorpus = "scenarios/corpus.suite.yaml";

Suite corpus_suite() { return load_suite(made::kProject / kCorpus); }

std::vector<Scenario> scenarios_of_corpus() {
  std::vector<Scenario> all;
  for (const auto& file : scenario_files(corpus_suite(), made::kProject / kCorpus))
    all.push_back(load_scenario(file));
  return all;
}

TEST(Corpus, HasManyBadOnesOfManyKindsAndManyGoodOnes) {
  int good = 0, bad = 0;
  std::set<std::optional<Cause>> causes;
  for (const auto& s : scenarios_of_corpus()) {
    ++(s.expect ? bad : good);
    causes.insert(s.expect);
  }
  EXPECT_GE(bad, 80);
  EXPECT_GE(good, 25);
  EXPECT_GE(causes.size(), 40u);
}

// One that is skipped would count as missed.
TEST(Corpus, HasNoScenarioThatItsProfileSkips) {
  const auto suite = corpus_suite();
  const auto scenarios = scenarios_of_corpus();
  const auto profiles = made::kProject / "fixtures/profiles";
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const auto name = profile_of(suite, suite.scenarios[i]).value;
    EXPECT_EQ(why_unfit(scenarios[i], load_profile(profiles / (name + ".yaml"), profiles)), "")
        << scenarios[i].name;
  }
}

// The same rows, but for what hangs on a run, and no others.
TEST(Corpus, StandsInTheDocumentationWithItsIncidents) {
  std::multiset<std::string> expected, written;
  for (const auto& s : scenarios_of_corpus())
    if (!s.incident.empty()) expected.insert(reports::incident_cells(expected_of(s), s.name));
  std::istringstream document(made::read_file(made::kProject / "CORPUS.md"));
  for (std::string line; std::getline(document, line);)
    for (const auto& cells : expected)
      if (line.starts_with(cells)) written.insert(cells);
  EXPECT_EQ(written, expected)
      << "write it anew: ./rehearse run corpus.suite; ./rehearse score latest --format md > CORPUS.md";
  EXPECT_GE(expected.size(), 25u);
}

TEST(Corpus, HasEveryScenarioThatStandsForAnIncident) {
  std::set<std::string> in_corpus;
  for (const auto& s : scenarios_of_corpus()) in_corpus.insert(s.name);
  for (const auto& entry : fs::recursive_directory_iterator(made::kProject / "scenarios")) {
    if (entry.path().extension() != ".yaml" || is_suite(entry.path())) continue;
    const auto s = load_scenario(entry.path());
    EXPECT_TRUE(s.incident.empty() || in_corpus.contains(s.name)) << s.name;
  }
}

}  // namespace
}  // namespace rehearse
