// What happens to a run from outside: signals, time-outs, killed nodes and harnesses. Reports are written, logs kept,
// and nothing is left running.
#include <signal.h>

#include <fstream>

#include "localnet/proc.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {

namespace {

// The line the console shows when that step is over.
constexpr const char* kNetworkUp = "Network up:";
constexpr const char* kHalted = "Chain halts at upgrade height:";
constexpr const char* kProposed = "Governance proposal submitted:";

void expect_reports(const Rehearsal& r, const std::string& verdict) {
  EXPECT_EQ(r.record()["verdict"], verdict) << r.output();
  EXPECT_TRUE(r.junit_is_whole());
  EXPECT_TRUE(fs::exists(r.folder() / "nodes/validator-1/logs/node.log"));
}

int heal(const Scratch& scratch, const std::string& run = "") {
  std::vector<std::string> arguments = {"heal"};
  if (!run.empty()) arguments.push_back(run);
  return Rehearsal(scratch, arguments).wait();
}

// The inner process, which is the harness; the outer one is its reaper.
int harness_of(const Rehearsal& r) {
  const auto children = children_of(r.pid());
  return children.empty() ? 0 : children.front();
}

}  // namespace

TEST(Accident, CtrlCAtTheHalt) {
  Scratch scratch;
  auto r = run(scratch, {});
  ASSERT_TRUE(r.said(kHalted)) << r.output();
  ::kill(r.pid(), SIGINT);
  EXPECT_EQ(r.wait(), 130) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  expect_reports(r, "cancelled");
}

TEST(Accident, SigtermWhileVoting) {
  Scratch scratch;
  auto r = run(scratch, {});
  ASSERT_TRUE(r.said(kProposed)) << r.output();
  ::kill(r.pid(), SIGTERM);
  EXPECT_EQ(r.wait(), 143) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  expect_reports(r, "cancelled");
}

TEST(Accident, TimeoutIsInconclusive) {
  Scratch scratch;
  auto r = run(scratch, {"--timeout", "4s"});
  EXPECT_EQ(r.wait(), 3) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  expect_reports(r, "inconclusive");
  EXPECT_TRUE(r.said("--timeout of 4 s")) << r.output();
}

TEST(Accident, FloodedLogEndsTheRun) {
  Scratch scratch;
  auto r = run(scratch, {"--log-cap", "20kB"});
  EXPECT_EQ(r.wait(), 3) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  expect_reports(r, "error");
  EXPECT_TRUE(r.said("/logs/node.log has grown past the 0.02 MB that --log-cap allows")) << r.output();
}

TEST(Accident, KilledNodeEndsTheRunAndIsNamed) {
  Scratch scratch;
  auto r = run(scratch, {});
  ASSERT_TRUE(r.said(kNetworkUp)) << r.output();
  for (const int pid : processes_of(r.folder()))
    if (environment_value(pid, "REHEARSE_NODE") == "validator-2") ::kill(pid, SIGKILL);
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), "node-exited");
  EXPECT_EQ(r.record()["diagnosis"]["affected_nodes"], nlohmann::json({"validator-2"}));
  EXPECT_TRUE(none_left(r.folder()));
}

TEST(Accident, KilledHarnessIsCleanedUpByItsReaper) {
  Scratch scratch;
  auto r = run(scratch, {});
  ASSERT_TRUE(r.said(kNetworkUp)) << r.output();
  ::kill(harness_of(r), SIGKILL);
  EXPECT_EQ(r.wait(), 3) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(fs::exists(r.folder() / "events.jsonl"));
}

TEST(Accident, BothKilledThenHealLeavesNothing) {
  Scratch scratch;
  auto r = run(scratch, {});
  ASSERT_TRUE(r.said(kNetworkUp)) << r.output();
  const int inner = harness_of(r);
  ::kill(r.pid(), SIGSTOP);  // so that the reaper cannot act before it is killed itself
  ::kill(inner, SIGKILL);
  ::kill(r.pid(), SIGKILL);
  r.wait();
  EXPECT_EQ(heal(scratch, r.folder()), 0);
  EXPECT_TRUE(none_left(r.folder()));
  // What it had seen can still be judged.
  Rehearsal report(scratch, {"report", r.folder().string()});
  EXPECT_EQ(report.wait(), 3) << report.output();
  EXPECT_EQ(r.record()["verdict"], "error");
}

TEST(Accident, HealLeavesLivingRunsAlone) {
  Scratch scratch, other;
  auto r = run(scratch, {"--validators", "2"});
  ASSERT_TRUE(r.said(kNetworkUp)) << r.output();
  EXPECT_EQ(heal(other), 0);
  EXPECT_EQ(heal(other, r.folder()), 3);  // it is alive: end that first
  EXPECT_EQ(r.wait(), 0) << r.output();
}

TEST(Accident, VotedDown) {
  Scratch scratch;
  auto text = read(project() / "scenarios" / "chain-upgrade.yaml");
  text.replace(text.find("vote: all"), 9, "vote: no");
  auto r = run(scratch, {scratch.write("voted-down.yaml", text)});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), "proposal-rejected");
}

TEST(BadInput, FolderThatIsNotEmpty) {
  Scratch scratch;
  const auto mine = scratch.write("run/mine.txt", "keep me");
  auto r = run(scratch, {});
  EXPECT_EQ(r.wait(), 2);
  EXPECT_TRUE(r.said("exists and is not empty")) << r.output();
  EXPECT_EQ(read(mine), "keep me");
}

TEST(BadInput, UnknownRelease) {
  Scratch scratch;
  auto r = run(scratch, {"--release", "to=v9"});
  EXPECT_EQ(r.wait(), 2);
  EXPECT_TRUE(r.said("there is no release `v9`")) << r.output();
  EXPECT_TRUE(r.said("v2.0.0-diverges")) << r.output();
}

TEST(BadInput, FlagsAreNamed) {
  Scratch scratch;
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"run", "--bogus"}, {"run", "--validators", "0"}, {"run", "--timeout", "soon"}, {"run", "--keep", "some"},
           {"run", "--release", "v2.0.0"}, {"run", "--profile", "nobody"}, {"run", "nothing"}, {"report", "/dev/null"}}) {
    Rehearsal r(scratch, arguments);
    EXPECT_EQ(r.wait(), 2) << arguments.back() << r.output();
  }
}

}  // namespace rehearse::localnet
