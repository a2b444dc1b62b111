// The provider daemon on the real network: it is missed when it dies, and its workloads go with the run though they are in
// sessions of their own.
#include <signal.h>

#include <algorithm>

#include "localnet/process/proc.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

constexpr const char* kWorkloadsRun = "Orders won and workloads running:";

std::vector<int> running(const Rehearsal& r, const std::string& program) {
  auto pids = processes_of(r.folder());
  std::erase_if(pids, [&](int pid) {
    return environment_value(pid, "REHEARSE_NODE") != "provider" || executable(pid).find(program) == std::string::npos;
  });
  return pids;
}

Rehearsal provider_run(const Scratch& scratch, std::vector<std::string> more = {}, std::vector<std::string> environment = {}) {
  more.insert(more.begin(), (project() / "scenarios/provider-upgrade.yaml").string());
  return run(scratch, more, std::move(environment));
}

TEST(Provider, KilledDaemonEndsTheRunAndIsNamed) {
  Scratch scratch;
  auto r = provider_run(scratch);
  ASSERT_TRUE(r.said(kWorkloadsRun)) << r.output();
  const auto daemons = running(r, "provider-daemon");
  ASSERT_EQ(daemons.size(), 1u);
  ::kill(daemons.front(), SIGKILL);
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), "provider-exited");
  EXPECT_EQ(r.record()["diagnosis"]["affected_nodes"], nlohmann::json({"provider"}));
  EXPECT_TRUE(none_left(r.folder()));
}

TEST(Provider, WorkloadsOfAKilledRunAreHealed) {
  Scratch scratch;
  const Outside outside(scratch);
  auto r = provider_run(scratch, {}, outside.environment());
  ASSERT_TRUE(r.said(kWorkloadsRun)) << r.output();
  EXPECT_GE(running(r, "sleep").size(), 3u);
  const auto harness = children_of(r.pid());
  ASSERT_FALSE(harness.empty());
  ::kill(r.pid(), SIGSTOP);  // so that the reaper cannot act before it is killed itself
  ::kill(harness.front(), SIGKILL);
  ::kill(r.pid(), SIGKILL);
  EXPECT_EQ(r.wait(), 128 + SIGKILL);
  EXPECT_GE(running(r, "sleep").size(), 3u);  // they are in sessions of their own
  EXPECT_EQ(heal(scratch, r.folder(), outside.environment()), 0);
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(outside.left().empty());
}

TEST(Provider, KeysOfARunDoNotOutliveIt) {
  Scratch scratch;
  auto r = provider_run(scratch, {"--expect", "provider-exited"});  // what fails is kept whole
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), "no-failure");
  EXPECT_TRUE(fs::exists(r.folder() / "nodes/provider/.provider-daemon/config.yaml.bak"));
  EXPECT_FALSE(fs::exists(r.folder() / "operator"));
}

TEST(Provider, AChainWithoutOneCannotUpgradeIt) {
  Scratch scratch;
  auto r = provider_run(scratch, {"--profile", "stock"});
  EXPECT_EQ(r.wait(), 2) << r.output();
  EXPECT_TRUE(r.said("is skipped: stock has no provider daemon")) << r.output();
}

}  // namespace
}  // namespace rehearse::localnet
