// A suite as it is read, and what is said of one that is wrong, at its line.
#include "harness/spec/suite.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "harness/run/scenario_rules.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr const char* kScenario = "title: x\nrunbook: y\nupgrade: {kind: chain}\nafter: [state-invariants]\n";

class SuiteFile : public testing::Test {
 protected:
  SuiteFile() {
    for (const char* name : {"one.yaml", "two.yaml", "more/one.yaml"}) folder_.write(name, kScenario);
  }
  std::filesystem::path file(const std::string& scenarios) {
    return folder_.write("made.suite.yaml", "title: Made\nscenarios:" + scenarios + "\n");
  }
  // Without the file's name.
  std::string trouble(const std::string& scenarios) {
    const auto suite = file(scenarios);
    const auto said = made::trouble_of([&] { load_suite(suite); });
    EXPECT_THAT(said, StartsWith(suite.string() + ":"));
    return said.substr(std::min(said.size(), suite.string().size()));
  }
  made::TempFolder folder_;
};

TEST_F(SuiteFile, NamesItsScenariosInTheirOrder) {
  const auto path = file("\n  - two\n  - more/one");
  const auto suite = load_suite(path);
  EXPECT_EQ(suite.name, "made");
  EXPECT_EQ(suite.title, "Made");
  EXPECT_THAT(scenario_files(suite, path), ElementsAre(folder_ / "two.yaml", folder_ / "more/one.yaml"));
  EXPECT_TRUE(is_suite(path));
  EXPECT_FALSE(is_suite(folder_ / "one.yaml"));
}

TEST_F(SuiteFile, HasTheProfileOfAnEntryOrItsOwn) {
  const auto path = file("\n  - two\n  - {scenario: more/one, profile: another}\nprofile: usual");
  const auto suite = load_suite(path);
  EXPECT_THAT(scenario_files(suite, path), ElementsAre(folder_ / "two.yaml", folder_ / "more/one.yaml"));
  EXPECT_EQ(profile_of(suite, suite.scenarios[0]).value, "usual");
  EXPECT_EQ(profile_of(suite, suite.scenarios[1]).value, "another");
  EXPECT_EQ(profile_of(suite, suite.scenarios[1]).where, path.string() + ":4:35") << "for what is wrong with it";
}

TEST_F(SuiteFile, RefusesAnEntryWithoutAScenario) {
  EXPECT_THAT(trouble("\n  - one\n  - {profile: another}"), StartsWith(":4:5: scenarios[1]: `scenario` is missing"));
  EXPECT_THAT(trouble("\n  - {scenario: one, seed: 3}"), StartsWith(":3:21: scenarios[0]: unknown key `seed`"));
}

TEST_F(SuiteFile, RefusesAScenarioThatIsNotThere) {
  EXPECT_EQ(trouble("\n  - one\n  - three"), ":4:5: there is no " + (folder_ / "three.yaml").string());
}

TEST_F(SuiteFile, RefusesTwoScenariosOfOneName) {
  EXPECT_EQ(trouble("\n  - one\n  - two\n  - more/one"), ":5:5: two scenarios are called one");
}

TEST_F(SuiteFile, RefusesASuiteThatRunsNothing) {
  EXPECT_EQ(trouble(" []"), ":2:12: scenarios: nothing would be run");
}

TEST_F(SuiteFile, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(trouble(" [one]\nscenario: two"), ":3:1: unknown key `scenario`, did you mean `scenarios`?");
  EXPECT_EQ(trouble(" one"),
            ":2:12: scenarios: expected a list: scenarios beside this file, in the order of their runs, "
            "without .yaml; or {scenario, profile}");
}

TEST_F(SuiteFile, SaysWhatIsWrongWithOneOfItsScenarios) {
  folder_.write("two.yaml", fmt::format("{}expect: success\n", kScenario));
  const auto suite = file(" [one, two]");
  EXPECT_THAT(made::trouble_of([&] { load_suite(suite); }),
              StartsWith((folder_ / "two.yaml").string() + ":5:9: expect: expected pass or one of "));
}

}  // namespace
}  // namespace rehearse
