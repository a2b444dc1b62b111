// What a new node's log says that no waiting mends.
#include "harness/procedures/joining_node.h"

#include <gmock/gmock.h>

#include <memory>

#include "localnet/profile/profile.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

using testing::StartsWith;

// Of a log that is that far.
std::unique_ptr<JoiningLog> follow(const std::string& text) {
  static const auto profile = load_profile(made::kProject / "fixtures/profiles/stock.yaml");
  made::TempFolder folder;
  folder.write("node.log", text);
  auto log = std::make_unique<JoiningLog>(profile);
  LogFollower(folder / "node.log", [&log](const std::string& line, std::int64_t, std::int64_t) { log->add(line); }).read();
  return log;
}

std::string said(const std::string& line) {
  return follow("4:47AM INF Snapshot restored format=3 height=125 module=statesync\n" + line + "\n4:47AM INF Timed out dur=500 height=126 module=consensus\n")
      ->why_it_cannot_join();
}

TEST(JoiningNode, IsGivenUpOnceItFailsAtABlock) {
  const auto why = said(R"(4:47AM ERR CONSENSUS FAILURE!!! err="failed to apply block; error rates: open data/rates/321a.bin: no such file or directory" module=consensus stack="goroutine 346 [running]:\n")");
  EXPECT_EQ(why, "cannot carry out the chain's blocks: failed to apply block; error rates: open data/rates/321a.bin: no such file or directory");
}

TEST(JoiningNode, IsGivenUpOnceItsStateIsAnother) {
  EXPECT_THAT(said(R"(4:47AM ERR Error in validation err="wrong Block.Header.AppHash.  Expected AB, got CD" module=blocksync)"), StartsWith("computes another state than the chain: "));
}

TEST(JoiningNode, ThatHaltsForTheUpgradeGoesOn) {
  EXPECT_EQ(said(R"(4:47AM ERR CONSENSUS FAILURE!!! err="failed to apply block; error UPGRADE \"boreal\" NEEDED at height: 100: " module=consensus stack="goroutine")"), "");
}

TEST(JoiningNode, IsGivenUpOnceNoSnapshotCanBeRestored) {
  const std::string restore = R"(2:14PM ERR failed to restore snapshot err="extension history restore: open data/history.json: no such file or directory" module=baseapp)";
  const std::string over = R"(2:14PM ERR State sync failed err="state sync aborted" module=statesync)";
  EXPECT_EQ(said(restore), "") << "another may be";
  EXPECT_EQ(said(restore + "\n" + over),
            R"(cannot begin with a snapshot: ERR failed to restore snapshot err="extension history restore: open data/history.json: no such file or directory" module=baseapp)");
  EXPECT_THAT(said(over), StartsWith("cannot begin with a snapshot: ERR State sync failed"));
}

TEST(JoiningNode, IsNotGivenUpOnHalfALine) {
  EXPECT_EQ(follow(R"(4:47AM ERR CONSENSUS FAILURE!!! err="failed to apply block; error UPG)")->why_it_cannot_join(), "");
}

TEST(JoiningNode, IsWaitedForWhereItsLogTellsOfNothingThatStays) {
  EXPECT_EQ(said("4:47AM ERR Error dialing peer err=\"connection refused\" module=p2p"), "");
}

bool lacks(const std::string& log) { return follow(log)->lacks_snapshot(); }

constexpr const char* kAsks = "12:40PM INF Starting state sync module=statesync\n12:40PM INF Discovering snapshots discoverTime=5000 module=statesync\n";

TEST(Snapshot, IsLackedByANodeThatAsksForOneInVain) {
  EXPECT_TRUE(lacks(std::string(kAsks) + "12:40PM INF sync any module=statesync msg=\"Discovering snapshots for 5s\"\n"));
}

TEST(Snapshot, IsNotLackedOnceAPeerHasOffered) {
  EXPECT_FALSE(lacks(std::string(kAsks) + "12:43PM INF Discovered new snapshot format=3 hash=F46C9CEA height=135 module=statesync\n" + kAsks));
}

TEST(Snapshot, IsReadOfLogsInJson) {
  const std::string asks = R"({"level":"info","module":"statesync","msg":"Discovering snapshots for 5s","time":"2026-11-30T12:40:42Z","message":"sync any"})" "\n";
  const std::string offer = R"({"level":"info","module":"statesync","height":135,"format":3,"hash":"F46C","time":"2026-11-30T12:43:10Z","message":"Discovered new snapshot"})" "\n";
  EXPECT_TRUE(lacks(asks));
  EXPECT_FALSE(lacks(asks + offer));
}

TEST(Snapshot, IsNotLackedByANodeThatNeedsNone) { EXPECT_FALSE(lacks("12:40PM INF Reactor  module=consensus waitSync=false\n")); }

}  // namespace
}  // namespace rehearse
