// Every scenario of the project ends as it says, and suites hold the reports of their runs together.
#include <algorithm>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {

namespace {

std::vector<std::string> scenarios() {
  std::vector<std::string> names;
  for (const std::string folder : {"", "twins/"})
    for (const auto& entry : fs::directory_iterator(project() / "scenarios" / folder))
      if (const auto file = entry.path().filename().string();
          file.ends_with(".yaml") && !file.ends_with(".suite.yaml"))
        names.push_back(folder + entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  auto name = info.param;
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

// Both end before anything is touched: the suite takes seconds.
fs::path small_suite(const Scratch& scratch) {
  for (const char* name : {"rolling-patch-largest-first", "emergency-hotfix-not-confirmed"})
    scratch.write(std::string(name) + ".yaml", read(project() / "scenarios/twins" / (std::string(name) + ".yaml")));
  return scratch.write("small.suite.yaml",
                       "title: Two twins\n"
                       "scenarios: [rolling-patch-largest-first, emergency-hotfix-not-confirmed]\n");
}

}  // namespace

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, EndsAsItExpects) {
  Scratch scratch;
  auto r = run(scratch, {(project() / "scenarios" / (GetParam() + ".yaml")).string()});
  EXPECT_EQ(r.wait(), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(r.junit_is_whole());
}

INSTANTIATE_TEST_SUITE_P(Project, Scenario, testing::ValuesIn(scenarios()), test_name);

// Whether the real Keras loads the model; the run fails later, for another cause.
void expect_keras(const std::string& python, const std::string& outcome, const std::string& says) {
  Scratch scratch;
  auto r = run(scratch, {(project() / "scenarios/twins/model-upgrade-literal.yaml").string()}, {"REHEARSE_KERAS=" + python});
  ASSERT_EQ(r.wait(), 0) << r.output();
  const auto checks = r.record()["checks"];
  const auto step = std::find_if(checks.begin(), checks.end(), [](const auto& c) { return c["title"] == "Test model loads: Keras"; });
  ASSERT_NE(step, checks.end());
  EXPECT_EQ((*step)["outcome"], outcome);
  EXPECT_NE(step->dump().find(says), std::string::npos) << step->dump();
}

TEST(Model, IsNotSaidToLoadWhereKerasIsNot) { expect_keras("/usr/bin/python3", "skipped", "needs Keras"); }

TEST(Model, IsLoadedByKeras) {
  const auto keras = project() / ".cache/keras/bin/python";
  if (!fs::exists(keras)) GTEST_SKIP() << "needs Keras: ./rehearse keras";
  expect_keras(keras.string(), "pass", "loads veid_scorer_v1.1.0.h5");
}

TEST(Suite, HoldsTheReportsOfItsRuns) {
  Scratch scratch;
  auto r = run(scratch, {small_suite(scratch).string()});
  ASSERT_EQ(r.wait(), 0) << r.output();
  const auto record = r.record();
  EXPECT_EQ(record["suite"], "small");
  EXPECT_EQ(record["verdict"], "pass");
  ASSERT_EQ(record["runs"].size(), 2u);
  EXPECT_EQ(record["runs"][0]["diagnosis"]["cause"], "wrong-order");
  EXPECT_EQ(record["runs"][1]["diagnosis"]["cause"], "not-confirmed");
  EXPECT_TRUE(r.junit_is_whole());
  EXPECT_TRUE(fs::exists(r.folder() / "rolling-patch-largest-first/junit.xml"));
}

TEST(Suite, FailsWhenARunDoesNotEndAsIsExpected) {
  Scratch scratch;
  auto r = run(scratch, {small_suite(scratch).string(), "--expect", "pass"});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.record()["verdict"], "fail");
  EXPECT_TRUE(r.said("Get validator order")) << r.output();
}

}  // namespace rehearse::localnet
