// Injected failures on the real network: each kind is applied and healed, and nothing is left of any when the harness dies.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "harness/faults/fault.h"
#include "localnet/inject/capabilities.h"
#include "localnet/process/proc.h"
#include "tests/localnet/rehearsal.h"
#include "harness/run/scenario_rules.h"

namespace rehearse::localnet {
namespace {

// What acts on one node each, all through the votes, by the mechanisms that leave most behind: processes that trace, mounts,
// patched memory, proxies, limits.
constexpr const char* kFaults = R"(title: Made
runbook: Chain Upgrades (Governance)
network:
  validators: {validator-1: 40, validator-2: 30, validator-3: 20, validator-4: 10}
upgrade: {kind: chain, lead: 20}
faults:
  - {do: sync-slow, who: validator-1, when: voting, for: 2min, with: {delay: 1ms}}
  - {do: clock, who: validator-2, when: voting, for: 2min}
  - {do: cut, who: validator-4, when: voting, for: 2min}
  - {do: backup-disk-full, who: validator-3, when: voting, for: 2min}
  - {do: cpu-burn, when: voting, for: 2min, with: {processes: 1}}
after: [network-verification]
)";

bool all_applied(Rehearsal& r) {
  return until(std::chrono::seconds(60), [&] {
    const auto said = r.output();
    for (const char* fault : {"fault 1: ", "fault 2: ", "fault 3: ", "fault 4: ", "fault 5: "})
      if (said.find(fault) == std::string::npos) return false;
    return true;
  });
}

// What outlives processes: mounts, network devices.
std::set<std::string> traces() {
  std::set<std::string> all{read("/proc/self/mountinfo")};
  for (const auto& entry : fs::directory_iterator("/sys/class/net")) all.insert(entry.path().filename());
  return all;
}

fs::path chaos_suite() { return project() / "scenarios/chaos.suite.yaml"; }

fs::path scenario_with_fault(const std::string& kind) {
  for (const auto& file : scenario_files(load_suite(chaos_suite()), chaos_suite()))
    for (const auto& fault : load_scenario(file).faults)
      if (fault.kind == kind) return file;
  return {};
}

// The scenario, but that its fault lasts that long.
std::string lasting(const std::string& scenario, const std::string& span) {
  auto text = read(project() / "scenarios/chaos" / scenario);
  const std::string brief = "for: 1s";
  return text.replace(text.find(brief), brief.size(), "for: " + span);
}

nlohmann::json healed_testcase(const nlohmann::json& record) {
  for (const auto& c : record["checks"])
    if (c["title"].get<std::string>().ends_with(": healed")) return c;
  return {};
}

// Network namespaces that these processes are in, but for our own.
std::set<std::string> networks_of(const std::vector<int>& pids) {
  std::set<std::string> all;
  std::error_code gone;
  for (const int pid : pids) all.insert(fs::read_symlink("/proc/" + std::to_string(pid) + "/ns/net", gone).string());
  all.erase(fs::read_symlink("/proc/self/ns/net").string());
  all.erase("");
  return all;
}

// A namespace that no process is in and no file holds is gone, with its devices and rules.
bool none_is_in(const std::set<std::string>& networks) {
  return until(std::chrono::seconds(10), [&] {
    const auto left = networks_of(all_processes());
    return std::none_of(networks.begin(), networks.end(), [&](const auto& n) { return left.contains(n); });
  });
}

// SIGKILL to the harness, and to whoever guards it: then `heal`, and nothing is left of what was there `before`.
void kill_and_heal(Rehearsal& r, bool both, const Scratch& scratch, const Outside& outside, const std::set<std::string>& before) {
  const auto networks = networks_of(processes_of(r.folder()));
  const auto inner = children_of(r.pid()).front();
  if (both) ::kill(r.pid(), SIGKILL);
  ::kill(inner, SIGKILL);
  r.wait();
  EXPECT_EQ(heal(scratch, "", outside.environment()), 0);
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_EQ(traces(), before);
  EXPECT_TRUE(none_is_in(networks));
  EXPECT_TRUE(outside.left().empty()) << outside.left().front();
}

TEST(LongChaos, CoversEveryFault) {
  Scratch scratch;
  auto r = run(scratch, {chaos_suite().string()});
  EXPECT_EQ(r.wait(std::chrono::minutes(25)), 0) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(r.junit_is_whole());
  std::set<std::string> covered;
  const auto record = r.record();
  for (const auto& c : record["coverage"]) {
    EXPECT_EQ(c["planned"], c["applied"]) << c.dump();
    EXPECT_EQ(c["planned"], c["healed"]) << c.dump();
    covered.insert(c["fault"]);
  }
  for (const auto& kind : fault_kinds()) EXPECT_TRUE(covered.contains(kind.name)) << kind.name << " is in no scenario of the suite";
}

class HarnessDies : public testing::TestWithParam<std::tuple<bool, const char*>> {};

// Killed whole or in part while faults act: `heal` ends what is left, and there is nothing that outlives it.
TEST_P(HarnessDies, NothingIsLeftOfAnyFault) {
  Scratch scratch;
  Outside outside(scratch);
  const auto before = traces();
  const auto [both, backend] = GetParam();
  auto r = run(scratch, {scratch.write("made.yaml", kFaults), "--network-backend", backend}, outside.environment());
  ASSERT_TRUE(all_applied(r)) << r.output();
  kill_and_heal(r, both, scratch, outside, before);
}

INSTANTIATE_TEST_SUITE_P(InnerAndBoth, HarnessDies, testing::Combine(testing::Bool(), testing::Values("proxies", "namespaces")));

// The scenario says nothing of namespaces.
TEST(Chaos, ThePartitionIsOneOfPacketsWhereThatIsWanted) {
  for (const auto* needed : {"network-namespace", "nftables"})
    if (!capability(needed).available()) GTEST_SKIP() << capability(needed).needs;
  Scratch scratch;
  const auto before = traces();
  auto r = run(scratch, {(project() / "scenarios/chaos/partition.yaml").string(), "--network-backend", "namespaces"});
  ASSERT_TRUE(r.said("fault 1: cut: applied")) << r.output();
  const auto networks = networks_of(processes_of(r.folder()));
  EXPECT_EQ(networks.size(), 4u) << "each node has its own";
  EXPECT_EQ(r.wait(), 0) << r.output();
  EXPECT_THAT(r.output(), testing::HasSubstr("reject with tcp reset"));
  const auto record = r.record();
  for (const auto& c : record["coverage"]) {
    EXPECT_EQ(c["planned"], c["applied"]) << c.dump();
    EXPECT_EQ(c["planned"], c["healed"]) << c.dump();
  }
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(none_is_in(networks));
  EXPECT_EQ(traces(), before);
}

// The same of each kind by itself, in the scenario of the suite that uses it.
class LongKilled : public testing::TestWithParam<std::string> {};

TEST_P(LongKilled, NothingIsLeftOfTheFault) {
  const auto scenario = scenario_with_fault(GetParam());
  ASSERT_FALSE(scenario.empty()) << "no scenario of the suite uses it";
  Scratch scratch;
  Outside outside(scratch);
  const auto before = traces();
  auto r = run(scratch, {scenario.string()}, outside.environment());
  const auto came_to = [&](const char* state) { return r.output().find(": " + GetParam() + ": " + state) != std::string::npos; };
  ASSERT_TRUE(until(std::chrono::seconds(120), [&] { return came_to("applied") || came_to("skipped"); })) << r.output();
  const bool skipped = !came_to("applied");
  kill_and_heal(r, true, scratch, outside, before);
  const auto at = r.output().find(": " + GetParam() + ": skipped");
  if (skipped) GTEST_SKIP() << r.output().substr(at, r.output().find('\n', at) - at);  // "needs X"
}

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const auto& k : fault_kinds()) names.push_back(k.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Kinds, LongKilled, testing::ValuesIn(kinds()), [](const auto& info) {
  auto name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Chaos, AScheduleIsPlayedAgain) {
  Scratch scratch;
  const auto made = scratch.write("made.yaml", R"(title: Made
runbook: Emergency Hotfixes
network:
  validators: {validator-1: 40, validator-2: 30, validator-3: 20, validator-4: 10}
upgrade: {kind: hotfix, confirmed: false}
faults: [{do: pause, who: one, when: height 4, for: 500ms, probability: 0.5}]
after: [network-verification]
expect: not-confirmed
)");
  const auto schedule = scratch.write("schedule.json", R"({"schema": 1, "faults": [
    {"id": "9", "do": "pause", "who": "x", "when": "height 4", "after_s": 0, "for_s": 0.2, "nodes": ["validator-3"], "with": {}}]})");
  auto r = run(scratch, {made, "--schedule", schedule});
  EXPECT_EQ(r.wait(), 0) << r.output();
  const auto played = nlohmann::json::parse(read(r.folder() / "schedule.json"));
  ASSERT_EQ(played["faults"].size(), 1u);
  EXPECT_EQ(played["faults"][0]["id"], "9");
  EXPECT_THAT(read(r.folder() / "events.jsonl"), testing::HasSubstr("\"fault-planned\""));
}

// A kill between two stores of the upgrade's block leaves data with which the node never starts again. No kill falls there for
// certain: the data is damaged while the node is down.
TEST(LongRecovery, ANodeWithHalfOfTheUpgradeGoesOnFromItsBackup) {
  Scratch scratch;
  auto r = run(scratch, {scratch.write("killed.yaml", lasting("killed-while-migrating.yaml", "8s"))});
  ASSERT_TRUE(r.said("fault 1: ")) << r.output();
  std::ofstream(r.folder() / "nodes/validator-4/data/application.db/CURRENT") << "MANIFEST-of-nothing\n";
  EXPECT_EQ(r.wait(), 0) << r.output();
  EXPECT_THAT(healed_testcase(r.record()).dump(), testing::HasSubstr("restored from the backup at the halt"));
}

// Where a start is enough the backup stays where it is. None is, where the kill happens to fall between two stores of the block.
TEST(Chaos, ANodeThatIsKilledWhileItMigratesGoesOnFromItsDataUnlessItFailsAtEachStart) {
  Scratch scratch;
  auto r = run(scratch, {scratch.write("killed.yaml", lasting("killed-while-migrating.yaml", "1s"))});
  EXPECT_EQ(r.wait(), 0) << r.output();
  constexpr std::ptrdiff_t kKilledAndFailed = 1 + 3;
  const auto ends = r.events("process-ended");
  const auto of_it = std::count_if(ends.begin(), ends.end(), [](const auto& e) { return e.value("node", "") == "validator-4"; });
  const auto healed = healed_testcase(r.record()).dump();
  EXPECT_EQ(healed.find("restored from the backup") != std::string::npos, of_it >= kKilledAndFailed) << healed;
}

}  // namespace
}  // namespace rehearse::localnet
