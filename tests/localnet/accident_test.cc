// What happens to a run from outside: time-outs, floods, killed nodes. Reports are written, logs kept, and
// nothing is left running. Signals and killed harnesses: end_test.cc.
#include <signal.h>

#include <algorithm>
#include <map>

#include "localnet/inject/capabilities.h"
#include "localnet/inject/clock_skew.h"
#include "localnet/process/proc.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

// The line the console shows when that step is over.

void expect_reports(const Rehearsal& r, const std::string& verdict) {
  EXPECT_EQ(r.record()["verdict"], verdict) << r.output();
  EXPECT_TRUE(r.junit_is_whole());
  EXPECT_TRUE(fs::exists(r.folder() / "nodes/validator-1/logs/node.log"));
}

// The default scenario with that in the place of a text of it.
fs::path changed(const Scratch& scratch, const std::map<std::string, std::string>& texts) {
  auto text = read(project() / "scenarios" / "chain-upgrade.yaml");
  for (const auto& [what, instead] : texts) text.replace(text.find(what), what.size(), instead);
  return scratch.write("changed.yaml", text);
}

constexpr const char* kSupervisor = "  supervisor: cosmovisor\n";

// After which its supervisor starts the process again.
std::ptrdiff_t count_ends(const Rehearsal& r) {
  const auto ends = r.events("process-ended");
  return std::count_if(ends.begin(), ends.end(), [](const auto& e) { return e["body"].value("starts_again", false); });
}

// The chain would need a minute to its height, so the time-out falls on a network that runs, on a slow machine too.
TEST(Accident, TimeoutIsInconclusive) {
  Scratch scratch;
  auto r = run(scratch, {changed(scratch, {{"vote: all", "lead: 60, vote: all"}}).string(), "--timeout", "12s"});
  EXPECT_EQ(r.wait(), 3) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  expect_reports(r, "inconclusive");
  EXPECT_TRUE(r.said("--timeout of 12 s")) << r.output();
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

// It is back before the chain halts, and goes through the upgrade with the others.
TEST(Accident, KilledNodeIsStartedAgainWhereThatIsWanted) {
  Scratch scratch;
  auto r = run(scratch, {changed(scratch, {{kSupervisor, std::string(kSupervisor) + "  restart: {after: 500ms}\n"},
                                           {"vote: all", "lead: 3, vote: all"},
                                           {", pre-upgrade-now]", "]"}})
                             .string()});
  ASSERT_TRUE(r.said("-- waiting")) << r.output();
  for (const int pid : processes_of(r.folder()))
    if (environment_value(pid, "REHEARSE_NODE") == "validator-4") ::kill(pid, SIGKILL);
  EXPECT_EQ(r.wait(), 0) << r.output();
  EXPECT_EQ(count_ends(r), 1);
  EXPECT_TRUE(none_left(r.folder()));
}

// Cosmovisor falls over upgrade-info.json that the chain has not written to its end, as it does now and then, and after that
// the old binary ends while it looks: it is started again as by the runbook's unit, and goes through the upgrade with the
// others.
TEST(LongAccident, CosmovisorThatMissedTheUpgradeIsStartedAgain) {
  Scratch scratch;
  const auto script = scratch.write("misread.sh", "#!/bin/sh\ncosmovisor=" + (project() / ".cache/fixtures/bin/cosmovisor").string() + R"(
case $DAEMON_HOME/$1 in *validator-2/run) ;; *) exec "$cosmovisor" "$@";; esac
[ ! -e "$DAEMON_HOME/misread" ] || ! mkdir "$DAEMON_HOME/missed" 2>/dev/null || exit 1
mkdir "$DAEMON_HOME/misread" 2>/dev/null || exec "$cosmovisor" "$@"
"$cosmovisor" "$@" & started=$!
until grep -qs '}' "$DAEMON_HOME/data/upgrade-info.json"; do sleep 0.005; done
kill -KILL $started
echo 'panic: failed to parse upgrade info file: unexpected end of JSON input'
exit 2
)");
  fs::permissions(script, fs::perms::owner_all);
  const auto cosmovisor = scratch.write("cosmovisor", read(ODD_RELEASE_PROGRAM) + "\nruns " + script.string());
  // It falls at the halt, which comes after the last look at all nodes.
  auto r = run(scratch, {changed(scratch, {{"vote: all", "lead: 3, vote: all"}}).string(), "--cosmovisor", cosmovisor.string()});
  EXPECT_EQ(r.wait(), 0) << r.output();
  EXPECT_GE(count_ends(r), 2);
  EXPECT_TRUE(none_left(r.folder()));
}

TEST(Accident, NodeThatFailsAgainAndAgainEndsTheRun) {
  Scratch scratch;
  auto r = run(scratch, {changed(scratch, {{kSupervisor, std::string(kSupervisor) + "  restart: {after: 100ms}\n" +
                                                             "  environment: {validator-4: {DAEMON_NAME: nothing}}\n"}})
                             .string()});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), "node-exited");
  EXPECT_EQ(r.record()["diagnosis"]["affected_nodes"], nlohmann::json({"validator-4"}));
  EXPECT_GE(count_ends(r), 8);
  EXPECT_TRUE(none_left(r.folder()));
}

// Its node goes on without it, until the run is over.
TEST(Accident, CosmovisorKilledAloneEndsTheRunAndIsNamed) {
  Scratch scratch;
  auto r = run(scratch, {"--validators", "2"});
  ASSERT_TRUE(r.said("-- waiting")) << r.output();
  int killed = 0;
  for (const int pid : processes_of(r.folder()))
    if (environment_value(pid, "REHEARSE_NODE") == "validator-2" && executable(pid).ends_with("/cosmovisor"))
      killed += ::kill(pid, SIGKILL) == 0;
  ASSERT_EQ(killed, 1);
  EXPECT_EQ(r.wait(), 1) << r.output();
  const auto diagnosis = r.record()["diagnosis"];
  EXPECT_EQ(diagnosis["cause"], "node-exited");
  EXPECT_EQ(diagnosis["proven_by"], "cosmovisor ended by itself: signal 9");
  EXPECT_EQ(diagnosis["affected_nodes"], nlohmann::json({"validator-2"}));
  EXPECT_TRUE(none_left(r.folder()));
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

// Somebody sets the clock while a run goes on: nothing is late or early for it, and no time is wrong.
TEST(Accident, AClockThatJumpsChangesNothing) {
  if (!capability("vdso-clock").available()) GTEST_SKIP() << capability("vdso-clock").needs;
  for (const auto jump : {std::chrono::hours(1), std::chrono::hours(-24)}) {
    Scratch scratch;
    auto r = run(scratch, {"--validators", "2"});
    ASSERT_TRUE(r.said("Network up")) << r.output();
    ClockSkew skew(children_of(r.pid()).front());
    skew.set(jump);
    EXPECT_EQ(r.wait(), 0) << r.output();
    const auto wall = r.record()["timing"]["wall_s"].get<double>();
    EXPECT_GT(wall, 0);
    EXPECT_LT(wall, 1800) << "the jump is no part of it";
  }
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
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"run", "--bogus"},
                                                                     {"run", "--validators", "0"},
                                                                     {"run", "--timeout", "soon"},
                                                                     {"run", "--keep", "some"},
                                                                     {"run", "--release", "v2.0.0"},
                                                                     {"run", "--profile", "nobody"},
                                                                     {"run", "nothing"},
                                                                     {"report", "/dev/null"},
                                                                     {"run", "--expect", "success"},
                                                                     {"run", "--break-at", "lunch"}}) {
    Rehearsal r(scratch, arguments);
    EXPECT_EQ(r.wait(), 2) << arguments.back() << r.output();
  }
}

// What is said of a profile that is wrong, before anything is made of it; and of one that is wrong about its
// chain.
TEST(BadInput, Profiles) {
  struct Wrong {
    const char *what, *instead, *said;
  };
  for (const auto& [what, instead, said] :
       {Wrong{"title:", "titel:", ": `title` is missing"},
        Wrong{"monitoring:", "monitorng:", ": unknown key `monitorng`, did you mean `monitoring`?"},
        Wrong{"questions:\n", "questions:\n  balence: [{rest: /b}]\n", ": questions: nobody asks `balence`, did you mean `balance`?"},
        Wrong{"  bech32: ve", "  bech32: vx", ", but the profile says bech32: vx ("}}) {
    Scratch scratch;
    Outside outside(scratch);
    auto text = read(project() / "fixtures/profiles/virtengine.yaml");
    const std::map<std::string, std::string> changes = {
        {what, instead}, {"../releases.yaml", (project() / "fixtures/releases.yaml").string()}};
    for (const auto& [from, to] : changes)
      text.replace(text.find(from), from.size(), to);
    const auto profile = scratch.write("wrong.yaml", text).string();
    auto r = run(scratch, {"--validators", "2", "--profile", profile}, outside.environment());
    EXPECT_EQ(r.wait(), 2) << r.output();
    EXPECT_TRUE(r.said(said)) << r.output();
    EXPECT_TRUE(r.said(profile)) << r.output();
    EXPECT_TRUE(none_left(r.folder()));
    EXPECT_TRUE(outside.left().empty());
  }
}

}  // namespace
}  // namespace rehearse::localnet
