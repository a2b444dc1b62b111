// Every scenario of the project ends as it says, and suites hold the reports of their runs together.
#include <signal.h>

#include <algorithm>

#include "localnet/proc.h"
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

fs::path suite_of_two(const Scratch& scratch, const std::string& one, const std::string& two) {
  for (const auto& file : {one, two})
    scratch.write(fs::path(file).filename().string(), read(project() / "scenarios" / file));
  const auto name = [](const std::string& file) { return fs::path(file).stem().string(); };
  return scratch.write("small.suite.yaml", "title: Two\nscenarios: [" + name(one) + ", " + name(two) + "]\n");
}

// Both end before anything is touched: the suite takes seconds.
fs::path small_suite(const Scratch& scratch) {
  return suite_of_two(scratch, "twins/rolling-patch-largest-first.yaml", "twins/emergency-hotfix-not-confirmed.yaml");
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

TEST(Suite, RunsSideBySideWithTheSameReports) {
  Scratch scratch;
  auto r = run(scratch, {small_suite(scratch).string(), "--jobs", "2"});
  ASSERT_EQ(r.wait(), 0) << r.output();
  const auto record = r.record();
  EXPECT_EQ(record["verdict"], "pass");
  ASSERT_EQ(record["runs"].size(), 2u);
  EXPECT_EQ(record["runs"][0]["diagnosis"]["cause"], "wrong-order") << "in the suite's order";
  EXPECT_EQ(record["runs"][1]["diagnosis"]["cause"], "not-confirmed");
  EXPECT_TRUE(r.junit_is_whole());
  // Each one's lines stand together.
  const auto all = r.output(), one = read(r.folder() / "rolling-patch-largest-first.log");
  EXPECT_NE(all.find(one), std::string::npos) << all;
  EXPECT_NE(one.find("Network up"), std::string::npos) << one;
  EXPECT_TRUE(none_left(r.folder()));
}

TEST(Suite, SideBySideFailsWhenARunDoesNotEndAsIsExpected) {
  Scratch scratch;
  auto r = run(scratch, {small_suite(scratch).string(), "--jobs", "2", "--expect", "pass"});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.record()["verdict"], "fail");
}

class EndOfASuite : public testing::TestWithParam<int> {};

// Both networks are up when it ends; a harness that is killed cannot write reports, but leaves nothing either.
TEST_P(EndOfASuite, LeavesNothing) {
  Scratch scratch;
  Outside outside(scratch);
  const auto suite = suite_of_two(scratch, "config-change.yaml", "rolling-patch.yaml");
  auto r = run(scratch, {suite.string(), "--jobs", "2"}, outside.environment());
  const auto is_up = [&](const std::string& name) {
    return read(r.folder() / (name + ".log")).find("Network up") != std::string::npos;
  };
  ASSERT_TRUE(until(std::chrono::seconds(60), [&] { return is_up("config-change") && is_up("rolling-patch"); }))
      << r.output();
  ::kill(GetParam() == SIGKILL ? children_of(r.pid()).front() : r.pid(), GetParam());
  EXPECT_EQ(r.wait(), GetParam() == SIGKILL ? 3 : 128 + GetParam()) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(outside.left().empty()) << outside.left().front();
}

INSTANTIATE_TEST_SUITE_P(Signals, EndOfASuite, testing::Values(SIGINT, SIGKILL));

TEST(Suite, TakesNoJobsThatAreNone) {
  Scratch scratch;
  for (const char* jobs : {"0", "-1", "many"}) {
    auto r = run(scratch, {small_suite(scratch).string(), "--jobs", jobs});
    EXPECT_EQ(r.wait(), 2) << r.output();
  }
  auto r = run(scratch, {"chain-upgrade", "--jobs", "2"});
  EXPECT_EQ(r.wait(), 2) << r.output();
  EXPECT_TRUE(r.said("--jobs takes a suite"));
}

TEST(Suite, FailsWhenARunDoesNotEndAsIsExpected) {
  Scratch scratch;
  auto r = run(scratch, {small_suite(scratch).string(), "--expect", "pass"});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.record()["verdict"], "fail");
  EXPECT_TRUE(r.said("Get validator order")) << r.output();
}

}  // namespace rehearse::localnet
