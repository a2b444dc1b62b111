// When a trigger came true, read off the journal of an upgrade.
#include "harness/faults/trigger.h"

#include <gtest/gtest.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

namespace at = made::at;

class CameTrue : public testing::Test {
 protected:
  std::optional<double> when(const std::string& trigger, const std::vector<std::string>& nodes = {}) {
    const auto at = came_true(parse_trigger(trigger), upgrade_.view(), nodes);
    if (!at) return std::nullopt;
    return static_cast<double>(*at - made::kInvoked) / 1e6;
  }
  made::Upgrade upgrade_ = made::healthy();
};

TEST_F(CameTrue, PhasesOfTheProcedure) {
  ASSERT_TRUE(when("voting"));
  ASSERT_TRUE(when("waiting"));
  EXPECT_LT(*when("voting"), *when("waiting"));
  EXPECT_LT(*when("waiting"), at::kHalt);
}

TEST_F(CameTrue, PhasesOfANode) {
  EXPECT_NEAR(*when("halted"), at::kHalt, 0.1);
  EXPECT_GT(*when("halted", {"validator-4"}), *when("halted", {"validator-1"})) << "each comes to it by itself";
  EXPECT_NEAR(*when("swap"), at::kNewBinary, 0.1);
  EXPECT_GE(*when("migration"), *when("swap"));
  EXPECT_NEAR(*when("first-block"), at::kResumed, 0.1);
  EXPECT_FALSE(when("backup")) << "nobody said so";
  EXPECT_FALSE(when("catch-up")) << "nobody is behind";
}

TEST_F(CameTrue, NotBeforeItDid) {
  upgrade_.cut(at::kHalt - 0.05);
  for (const char* phase : {"halted", "swap", "migration", "first-block", "catch-up"}) EXPECT_FALSE(when(phase)) << phase;
  EXPECT_TRUE(when("voting"));
}

// Killed and started again, as its service manager would.
void restarts(made::Upgrade& u, double when, const std::string& node) {
  u.exits(when, node, -1, {});
  u.all<record::ProcessEnded>(node).back()->starts_again = true;
  u.add(when + 0.01, node, record::ProcessStarted{900, "cosmovisor"});
}

TEST_F(CameTrue, TheSwapOfWhoIsKilledLaterToo) {
  const auto before = when("swap", {"validator-4"});
  restarts(upgrade_, at::kLastBlock, "validator-4");
  EXPECT_EQ(when("swap", {"validator-4"}), before);
}

// Cosmovisor was killed when it had switched and not yet started the new release.
TEST_F(CameTrue, TheSwapOfWhoIsStartedAgainOnTheNewReleaseWhenThatShows) {
  upgrade_.cut(at::kNewBinary, "validator-4");
  restarts(upgrade_, at::kNewBinary, "validator-4");
  EXPECT_FALSE(when("swap", {"validator-4"}));
  upgrade_.log(at::kNewBinary + 0.5, "validator-4", "applying-upgrade", "INF applying upgrade", {"v2.0.0", "20"});
  EXPECT_NEAR(*when("swap", {"validator-4"}), at::kNewBinary + 0.5, 0.01);
}

TEST_F(CameTrue, CatchUpOfWhoIsBehind) {
  upgrade_.cut(at::kNewBinary, "validator-4");
  upgrade_.starts_new_binary(4);
  upgrade_.head_at(at::kLastBlock + 0.01, "validator-4", made::kHeight, made::kHeight, 2);
  EXPECT_TRUE(when("catch-up", {"validator-4"}));
  EXPECT_FALSE(when("catch-up", {"validator-1"}));
}

TEST_F(CameTrue, HeightsTimesLinesAndSteps) {
  EXPECT_NEAR(*when("height 5"), at::kFirstBlock + 4 * made::kBlockSeconds, 0.05);
  EXPECT_LT(*when("height H-2"), *when("height H"));
  EXPECT_FALSE(when("height 1000"));
  EXPECT_NEAR(*when("time 500ms"), at::kFirstBlock + 0.5, 0.05);
  EXPECT_FALSE(when("time 100s"));
  EXPECT_TRUE(when("log upgrade-needed"));
  EXPECT_FALSE(when("log equivocation"));
  EXPECT_TRUE(when("step vote"));
  EXPECT_FALSE(when("step no-such-step"));
}

}  // namespace
}  // namespace rehearse
