// A node's process as a service manager sees to it: what fails is started again after a while, where the scenario wants it;
// what was stopped, or has done its work, is not. The processes are real.
#include "localnet/network/node.h"

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/unit/support/fake_network.h"
#include "tests/unit/support/fakes.h"
#include "localnet/process/proc.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class ProcessesSeen : public Sink {
 public:
  std::vector<int> pids;
  std::vector<bool> ends;  // starts again
  void process_started(const std::string&, int pid, const std::string&) override { pids.push_back(pid); }
  void process_ended(const std::string&, const std::string&, const ExitStatus&, const LastWords& w) override {
    ends.push_back(w.starts_again);
  }
};

class NodeTest : public testing::Test {
 protected:
  // Its program does that; $0.count grows by a line with each start.
  std::unique_ptr<Node> node(const std::string& script, std::chrono::milliseconds restart_after, Node::Within within = {}) {
    SupervisorSettings settings;
    settings.binary = "maded";
    settings.home = folder_ / "home";
    settings.restart_after = restart_after;
    auto made = std::make_unique<Node>(loop_, told_, matcher_, NodeIdentity{"a", true, 1, "127.0.0.1", "", "", "", ""}, settings,
                                       std::vector<std::string>{"start"}, std::map<std::string, std::string>{{"PATH", "/bin:/usr/bin"}}, std::move(within));
    made->supervisor().install(folder_.script("maded", "echo \"$@\" >> $0.count\n" + script));
    return made;
  }
  static std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  std::vector<std::string> starts() const { return lines_of(folder_ / "home/bin/maded.count"); }
  bool until(const std::function<bool()>& done) { return made::run_until(loop_, done); }
  bool ends(std::size_t count) {
    return until([&] { return told_.ends.size() == count; });
  }
  // Longer than what a restart would have waited.
  void pass() {
    bool over = false;
    const auto moment = loop_.after(40ms, [&] { over = true; });
    until([&] { return over; });
  }

  made::TempFolder folder_;
  Loop loop_;
  ProcessesSeen told_;
  LogMatcher matcher_{Ordered<std::string>{}};
};

TEST_F(NodeTest, StartsAgainAsItWasStartedWhenItFails) {
  const auto n = node("test $(wc -l < $0.count) -lt 3 && exit 7; exec sleep 60", 1ms);
  n->start({"--more"});
  ASSERT_TRUE(until([&] { return told_.pids.size() == 3; }));
  EXPECT_THAT(told_.ends, ElementsAre(true, true)) << "it is told that it will be";
  ASSERT_TRUE(until([&] { return starts().size() == 3; }));
  EXPECT_THAT(starts(), ElementsAre("start --more", "start --more", "start --more"));
  EXPECT_TRUE(n->running());
  EXPECT_NE(told_.pids[0], told_.pids[2]);
}

TEST_F(NodeTest, IsStartedWhereItIsToBeEachTime) {
  int entered = 0;
  const auto n = node("exit 7", 1ms, [&](const auto& work) {
    ++entered;
    work();
  });
  n->start();
  EXPECT_TRUE(until([&] { return told_.pids.size() == 3; }));
  EXPECT_EQ(entered, 3);
}

// Cosmovisor is stopped just when the old process has ended, and cannot take note of it.
TEST_F(NodeTest, IsPausedThoughAChildOfItHasEnded) {
  const auto n = node("true & exec sleep 60", 0ms);  // which waits for no child
  n->start();
  const auto has_zombie = [&] {
    const auto below = children_of(told_.pids.at(0), Descent::all_descendants);
    return below.size() == 1 && process_state(below[0]) == 'Z';
  };
  ASSERT_TRUE(until(has_zombie));
  EXPECT_FALSE(n->paused());
  n->signal(SIGSTOP);
  EXPECT_TRUE(until([&] { return n->paused(); }));
  n->signal(SIGCONT);
  EXPECT_TRUE(until([&] { return !n->paused(); }));
}

TEST_F(NodeTest, StartsAgainWhenItIsKilled) {
  const auto n = node("test $(wc -l < $0.count) -lt 2 && kill -KILL $$; exec sleep 60", 1ms);
  n->start();
  EXPECT_TRUE(until([&] { return told_.pids.size() == 2; }));
  EXPECT_THAT(told_.ends, ElementsAre(true));
}

TEST_F(NodeTest, StaysDownWhereTheScenarioDoesNotWantIt) {
  const auto n = node("exit 7", 0ms);
  n->start();
  ASSERT_TRUE(ends(1));
  pass();
  EXPECT_THAT(told_.ends, ElementsAre(false));
  EXPECT_EQ(told_.pids.size(), 1u);
}

TEST_F(NodeTest, StaysDownWhenItEndsWell) {
  const auto n = node("exit 0", 1ms);
  n->start();
  ASSERT_TRUE(ends(1));
  pass();
  EXPECT_THAT(told_.ends, ElementsAre(false));
  EXPECT_EQ(told_.pids.size(), 1u);
}

TEST_F(NodeTest, StaysDownWhenItIsStoppedHoweverItEnds) {
  const auto n = node("trap 'exit 1' TERM; while :; do sleep 0.01; done", 1ms);
  n->start();
  ASSERT_TRUE(until([&] { return starts().size() == 1; }));
  n->stop();
  ASSERT_TRUE(ends(1));
  pass();
  EXPECT_THAT(told_.ends, ElementsAre(false));
  EXPECT_EQ(told_.pids.size(), 1u);
}

TEST_F(NodeTest, IsNotStartedAgainOnceItsOperatorHasTakenOver) {
  const auto n = node("exit 7", 20ms);
  n->start();
  ASSERT_TRUE(ends(1));
  n->stop();  // while the restart is due
  pass();
  EXPECT_EQ(told_.pids.size(), 1u);
  n->start();
  ASSERT_TRUE(ends(2));
  n->kill();
  pass();
  EXPECT_EQ(told_.pids.size(), 2u);
}

// Under a Cosmovisor that does that; the chain has halted for an upgrade where `halted`. $0.count has how often it is told to
// look for one.
class MissedUpgradeTest : public NodeTest {
 protected:
  void start(const std::string& script, bool halted = true) {
    SupervisorSettings settings{SupervisorKind::cosmovisor, folder_.script("cosmovisor", "echo $DAEMON_POLL_INTERVAL >> $0.count\n" + script),
                                "maded", folder_ / "home", {}};
    if (halted) {
      std::filesystem::create_directories(settings.home / "data");
      std::ofstream(settings.home / "data/upgrade-info.json") << R"({"name":"v2","height":24})";
    }
    node_ = std::make_unique<Node>(loop_, told_, matcher_, NodeIdentity{"a", true, 1, "127.0.0.1", "", "", "", ""}, settings,
                                   std::vector<std::string>{"start"}, std::map<std::string, std::string>{{"PATH", "/bin:/usr/bin"}});
    node_->supervisor().install(folder_.script("old", "exit 1"));
    node_->supervisor().stage("v2", folder_.script("new", "exit 0"));
    node_->start();
  }
  std::vector<std::string> intervals() const { return lines_of(folder_ / "cosmovisor.count"); }
  std::unique_ptr<Node> node_;
};

TEST_F(MissedUpgradeTest, IsLookedForLaterAndLater) {
  start("test $(wc -l < $0.count) -lt 4 && exit 1; exec sleep 60");
  ASSERT_TRUE(until([&] { return intervals().size() == 4; }));
  EXPECT_THAT(intervals(), ElementsAre("", "600ms", "1200ms", "2400ms"));
  EXPECT_THAT(told_.ends, ElementsAre(true, true, true));
}

TEST_F(MissedUpgradeTest, IsNoneWhenItWasNoticed) {
  start("echo '2:27PM INF daemon shutting down in an attempt to restart module=cosmovisor'; exit 1");
  ASSERT_TRUE(ends(1));
  EXPECT_THAT(told_.ends, ElementsAre(false));
}

TEST_F(MissedUpgradeTest, IsNoneWhenSomebodyKilledIt) {
  start("kill -KILL $$");
  ASSERT_TRUE(ends(1));
  EXPECT_THAT(told_.ends, ElementsAre(false));
}

TEST_F(MissedUpgradeTest, IsNoneWhereTheChainHasNotHalted) {
  start("exit 1", false);
  ASSERT_TRUE(ends(1));
  EXPECT_THAT(told_.ends, ElementsAre(false));
}

// Cosmovisor fell over a file that was being written.
TEST_F(MissedUpgradeTest, IsOneWhenItWasReadTooEarly) {
  start(R"(test $(wc -l < $0.count) -gt 1 && exec sleep 60
mkdir -p $DAEMON_HOME/data; echo '{"name":"v2","height":24}' > $DAEMON_HOME/data/upgrade-info.json
echo 'panic: failed to parse upgrade info file: empty upgrade-info.json'; exit 2)", false);
  ASSERT_TRUE(until([&] { return intervals().size() == 2; }));
  EXPECT_THAT(told_.ends, ElementsAre(true));
}

TEST(Failure, IsWhatSystemdTakesForOne) {
  for (const auto& failure : {ExitStatus{1, 0}, ExitStatus{2, 0}, ExitStatus{-1, SIGKILL}, ExitStatus{-1, SIGSEGV}})
    EXPECT_TRUE(is_failure(failure)) << to_string(failure);
  for (const auto& end : {ExitStatus{0, 0}, ExitStatus{-1, SIGTERM}, ExitStatus{-1, SIGINT}, ExitStatus{-1, SIGHUP}})
    EXPECT_FALSE(is_failure(end)) << to_string(end);
}

}  // namespace
}  // namespace rehearse
