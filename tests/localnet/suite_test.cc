// Every scenario of the project ends as it says, and suites hold the reports of their runs together.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <set>

#include "harness/spec/runbook.h"
#include "harness/spec/suite.h"
#include "localnet/process/proc.h"
#include "tests/localnet/rehearsal.h"
#include "harness/run/scenario_rules.h"

namespace rehearse::localnet {
namespace {

fs::path default_suite() { return project() / "scenarios/default.suite.yaml"; }

constexpr const char* kTrain = "full-release-train";
// Run beside a Python without Keras, and with it.
constexpr const char* kLiteral = "twins/model-upgrade-literal";

// One or two of each procedure and kind of fault, so that every change is followed by them.
const std::vector<std::string>& often() {
  static const std::vector<std::string> names = {
      "chaos/broken-links",
      "chaos/double-sign",
      "twins/chain-upgrade-cancelled-late",
      "twins/chain-upgrade-expedited-past",
      "twins/chain-upgrade-manual-late",
      "twins/chain-upgrade-mixed-checksum",
      "twins/chain-upgrade-skip-missed",
      "twins/config-change-not-restarted",
      "twins/emergency-hotfix-not-confirmed",
      "twins/model-upgrade-hash",
      "twins/provider-upgrade-loses-key",
      "twins/rollback-chain-signing-state",
      "twins/rollback-provider-config-kept",
      "twins/rolling-patch-largest-first",
      "twins/rolling-patch-quorum"};
  return names;
}

// All others, but those of the default suite, which is run as a whole, of LongChaos and LongField, and what another test runs.
std::vector<std::string> seldom() {
  std::set<std::string> others = {kTrain, kLiteral, "chaos-random"};
  others.insert(often().begin(), often().end());
  std::set<fs::path> of_suite;
  for (const auto& file : scenario_files(load_suite(default_suite()), default_suite())) of_suite.insert(file);
  std::vector<std::string> names;
  for (const std::string folder : {"", "twins/"})
    for (const auto& entry : fs::directory_iterator(project() / "scenarios" / folder))
      if (const auto file = entry.path().filename().string();
          file.ends_with(".yaml") && !file.ends_with(".suite.yaml") && !of_suite.contains(entry.path()) &&
          !others.contains(folder + entry.path().stem().string()))
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

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, EndsAsItExpects) {
  Scratch scratch;
  auto r = run(scratch, {(project() / "scenarios" / (GetParam() + ".yaml")).string()});
  EXPECT_EQ(r.wait(), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(r.junit_is_whole());
}

// What went wrong with releases that nobody tuned the rules to. One that fails in a block after the upgrade: LongField has all.
TEST(Field, AReleaseThatPanicsLaterIsToldForItsCause) {
  Scratch scratch;
  auto r = run(scratch, {(project() / "scenarios/field/end-block-panic-later.yaml").string(), "--profile", "stock"});
  EXPECT_EQ(r.wait(), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
}

TEST(LongField, EachEndsAsItExpects) {
  Scratch scratch;
  auto r = run(scratch, {(project() / "scenarios/field.suite.yaml").string()});
  EXPECT_EQ(r.wait(std::chrono::minutes(20)), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
}

// Every procedure ends as it should, and together they show every part of the runbook.
TEST(WholeSuite, PassesAndCoversTheRunbook) {
  Scratch scratch;
  auto r = run(scratch, {default_suite().string()});
  EXPECT_EQ(r.wait(std::chrono::minutes(20)), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(r.junit_is_whole());
  EXPECT_TRUE(fs::exists(r.folder() / "provider-upgrade/nodes/provider"));
  EXPECT_FALSE(fs::exists(r.folder() / "config-change/nodes/provider")) << "only a scenario about the daemon starts it";
  std::vector<record::CheckResult> done;
  for (const auto& run : fs::directory_iterator(r.folder())) {
    if (!run.is_directory()) continue;
    const auto record = nlohmann::json::parse(read(run.path() / "run.json"));
    for (const auto& check : record::run_record_from_json(record).checks) done.push_back(check);
  }
  for (const auto& entry : load_runbook(project() / "harness/spec/runbook.yaml").entries)
    EXPECT_THAT(not_seen(entry, done), testing::IsEmpty()) << entry.section << ": " << entry.commands << entry.item << entry.row;
}

INSTANTIATE_TEST_SUITE_P(Project, Scenario, testing::ValuesIn(often()), test_name);
INSTANTIATE_TEST_SUITE_P(LongProject, Scenario, testing::ValuesIn(seldom()), test_name);

// Patch, chain upgrade, model and provider daemon on one network, each verified before the next begins.
TEST(LongTrain, CarriesOutEachLegAndPassesAsAWhole) {
  Scratch scratch;
  auto r = run(scratch, {kTrain});
  EXPECT_EQ(r.wait(std::chrono::seconds(300)), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(r.junit_is_whole());
  for (const char* leg : {"Patch", "Chain upgrade", "Model", "Provider daemon"})
    EXPECT_TRUE(r.said(std::string(leg) + ": Full verification")) << r.output();
}

TEST(LongTrain, InstallsAHotfixEverywhereBeforeItUpgrades) {
  Scratch scratch;
  auto text = read(project() / "scenarios/full-release-train.yaml");
  const auto change = [&text](const std::string& from, const std::string& to) { text.replace(text.find(from), from.size(), to); };
  change("kind: train", "kind: train, legs: [hotfix, chain]");
  change("  supervisor: bare", "  supervisor: bare\n  full_nodes: [full-1]");
  change("provider-verification, ", "");
  auto r = run(scratch, {scratch.write("hotfix-first.yaml", text)});
  EXPECT_EQ(r.wait(std::chrono::seconds(300)), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(r.said("Emergency hotfix: Full verification")) << r.output();
}

TEST(LongTrain, TakesAReleaseBackAndUpgradesToTheMendedOne) {
  Scratch scratch;
  auto r = run(scratch, {"upgrade-taken-back-and-mended"});
  EXPECT_EQ(r.wait(std::chrono::seconds(300)), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(r.said("Upgrade taken back: Full verification") && r.said("Chain upgrade: Full verification")) << r.output();
}

// What the first leg brought about on purpose hides nothing of the next.
TEST(LongTrain, IsNotMendedByTheSameReleaseAgain) {
  Scratch scratch;
  auto r = run(scratch, {"upgrade-taken-back-and-mended", "--release", "to=v2.0.0-handler-error"});
  EXPECT_EQ(r.wait(std::chrono::seconds(300)), 1) << r.output();
  EXPECT_EQ(r.cause(), "upgrade-handler-error");
}

// The daemon comes back without its workloads in the last leg: what was carried out before stays right, and nothing hides it.
TEST(LongTrain, EndsAtTheLegThatFails) {
  Scratch scratch;
  auto text = read(project() / "scenarios" / (std::string(kTrain) + ".yaml"));
  const std::string patch = "{patch: {role: patch}}";
  text.replace(text.find(patch), patch.size(), "{patch: {role: patch}, provider: {to: {fails: provider-workloads-lost}}}");
  auto r = run(scratch, {scratch.write("forgets.yaml", text).string()});
  EXPECT_EQ(r.wait(std::chrono::seconds(300)), 1) << r.output();
  EXPECT_EQ(r.cause(), "provider-workloads-lost");
  EXPECT_TRUE(r.said("Model: Full verification"));
}

TEST(LongTrain, EndsAtItsFirstLegWhenThePatchBreaks) {
  Scratch scratch;
  auto r = run(scratch, {kTrain, "--release", "patch=v1.0.2"});
  EXPECT_EQ(r.wait(std::chrono::seconds(300)), 1) << r.output();
  EXPECT_EQ(r.cause(), "app-hash-divergence");
  EXPECT_FALSE(r.said("Chain upgrade: "));
}

// Whether the real Keras loads the model; the run fails later, for another cause.
void expect_keras(const std::string& python, const std::string& outcome, const std::string& says) {
  Scratch scratch;
  auto r = run(scratch, {(project() / "scenarios" / (std::string(kLiteral) + ".yaml")).string()}, {"REHEARSE_KERAS=" + python});
  ASSERT_EQ(r.wait(), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(r.junit_is_whole());
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

// What the profile lacks skips a scenario, and takes nothing from the others.
TEST(Suite, SkipsWhatIsNotForTheProfile) {
  Scratch scratch;
  auto r = run(scratch, {suite_of_two(scratch, "rolling-patch.yaml", "chain-upgrade-cancelled.yaml").string(), "--profile", "stock"});
  ASSERT_EQ(r.wait(), 0) << r.output();
  const auto record = r.record();
  EXPECT_EQ(record["verdict"], "pass");
  ASSERT_EQ(record["runs"].size(), 2u);
  EXPECT_EQ(record["runs"][0]["verdict"], "skipped");
  EXPECT_EQ(record["runs"][0]["skipped"], "stock has no patch release");
  EXPECT_EQ(record["runs"][1]["verdict"], "pass");
  EXPECT_TRUE(r.junit_is_whole());
  EXPECT_NE(read(r.folder() / "junit.xml").find("<skipped message=\"stock has no patch release\""), std::string::npos);

  auto alone = Rehearsal(scratch, {"run", "rolling-patch", "--profile", "stock", "--out", (scratch / "alone").string()});
  EXPECT_EQ(alone.wait(), 2) << alone.output();
  EXPECT_TRUE(alone.said("rolling-patch is skipped: stock has no patch release"));
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

TEST(Suite, IsSharedByMachines) {
  const Scratch scratch, beyond;
  auto second = run(scratch, {small_suite(scratch).string(), "--shard", "2/2"});
  ASSERT_EQ(second.wait(), 0) << second.output();
  ASSERT_EQ(second.record()["runs"].size(), 1u);
  EXPECT_EQ(second.record()["runs"][0]["diagnosis"]["cause"], "not-confirmed");
  auto third = run(beyond, {small_suite(beyond).string(), "--shard", "3/3"});
  EXPECT_EQ(third.wait(), 2);
  EXPECT_TRUE(third.said("of its 2 scenarios none is left for machine 3 of 3"));
}

TEST(Suite, IsNotSharedWithAMachineThatThereIsNot) {
  for (const char* shard : {"0/2", "3/2", "1", "1/2x", "a/b"}) {
    const Scratch scratch;
    auto r = run(scratch, {small_suite(scratch).string(), "--shard", shard});
    EXPECT_EQ(r.wait(), 2) << shard;
    EXPECT_TRUE(r.said("--shard takes NUMBER/COUNT, such as 2/3")) << r.output();
  }
}

TEST(Suite, FailsWhenARunDoesNotEndAsIsExpected) {
  Scratch scratch;
  auto r = run(scratch, {small_suite(scratch).string(), "--expect", "pass"});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.record()["verdict"], "fail");
  EXPECT_TRUE(r.said("Get validator order")) << r.output();
}

}  // namespace
}  // namespace rehearse::localnet
