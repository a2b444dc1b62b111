// Which failures are one, and whether one is new, known, fixed, back or flaky: each where it is, and where it almost is.
#include "harness/history/clusters.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_history.h"

namespace rehearse::history {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Cluster only_cluster(const made::Nights& made) {
  const auto all = made.summary().clusters;
  EXPECT_THAT(all, SizeIs(1));
  return all.empty() ? Cluster{} : all[0];
}

ClusterState state_in(const made::Nights& made) { return only_cluster(made).state; }

TEST(Clusters, AreOfOneCauseOwnerAndFingerprint) {
  made::Nights made;
  made.add(10, 2, "panic: x").add(10, 1, "panic: y");
  auto other = made::failing(2, "panic: x");
  other.failure.owner = "operators";
  made.add(other);
  const auto all = made.summary().clusters;
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].times, 2);
  EXPECT_NE(all[0].name, all[1].name);
  EXPECT_NE(all[0].name, all[2].name);
}

TEST(Clusters, AreOfFailuresOnly) {
  made::Nights made;
  made.add(5);
  auto cut_off = made::failing(1, "panic: x"), not_proven = cut_off;
  cut_off.state = State::interrupted;
  not_proven.failure.verdict = "inconclusive";
  made.add(cut_off).add(not_proven);
  EXPECT_THAT(made.summary().clusters, IsEmpty());
}

TEST(Clusters, SayWhenHowOftenAndWhere) {
  made::Nights made;
  made.add(10).add(20, 3).add(30, 1).add(40);
  auto later = made::failing(4, "panic: x");
  later.to = "v2.0.1", later.bundle = "";
  made.add(later);
  const auto c = only_cluster(made);
  EXPECT_EQ(c.first_night, 2);
  EXPECT_EQ(c.last_night, 4);
  EXPECT_EQ(c.times, 5);
  EXPECT_EQ(c.tried, 20 + 30 + 41) << "what came before it says nothing of it";
  EXPECT_THAT(c.releases, ElementsAre("v1.0.0 -> v2.0.0", "v1.0.0 -> v2.0.1"));
  EXPECT_EQ(c.bundle, "results/soak/17/repro.tar.zst") << "the last that was kept";
}

TEST(Clusters, KeepTheirNames) {
  made::Nights one, other;
  one.add(10, 2);
  other.add(50).add(10, 1);
  EXPECT_EQ(only_cluster(one).name, only_cluster(other).name);
  EXPECT_THAT(only_cluster(one).name, testing::MatchesRegex("C-[0-9a-f]{8}"));
}

TEST(Clusters, AreNewOnlyInTheirFirstNight) {
  EXPECT_EQ(state_in(made::Nights().add(10).add(10, 1)), ClusterState::fresh);
  EXPECT_EQ(state_in(made::Nights().add(10, 1)), ClusterState::fresh) << "the first night of all";
  EXPECT_EQ(state_in(made::Nights().add(10, 1).add(10, 1)), ClusterState::known);
}

TEST(Clusters, AreFixedWhenTheirAbsenceIsNoChance) {
  EXPECT_EQ(state_in(made::Nights().add(50, 5).add(50)), ClusterState::fixed);
  EXPECT_EQ(state_in(made::Nights().add(50, 5).add(20)), ClusterState::known) << "one night in eight without it is";
  EXPECT_EQ(state_in(made::Nights().add(50, 5).add(20).add(20)), ClusterState::fixed) << "two nights together are enough";
  EXPECT_EQ(state_in(made::Nights().add(1, 1).add(1)), ClusterState::known) << "one of one is no rate";
  EXPECT_EQ(state_in(made::Nights().add(50, 5).add(0)), ClusterState::known) << "nothing was tried";
}

TEST(Clusters, AreBackOnlyAfterTheyWereFixed) {
  EXPECT_EQ(state_in(made::Nights().add(50, 5).add(50).add(50, 1)), ClusterState::back);
  EXPECT_EQ(state_in(made::Nights().add(50, 5).add(10).add(50, 1)), ClusterState::known) << "it was never away for sure";
  EXPECT_EQ(state_in(made::Nights().add(50, 5).add(50).add(50, 1).add(50, 2)), ClusterState::known) << "it was back last night";
}

TEST(Clusters, AreFlakyWhenTheSamePlanHasPassed) {
  made::Nights made;
  made.add(5).add(5, 1);
  EXPECT_FALSE(only_cluster(made).flaky);
  auto again = made::passing(2);
  made.add(again);
  made.iterations.back().seed = made.iterations[5].seed;
  EXPECT_TRUE(only_cluster(made).flaky);
  made.iterations.back().to = "v2.0.1";
  EXPECT_FALSE(only_cluster(made).flaky) << "another release has passed";
}

TEST(Clusters, ChanceOfAbsenceFallsWithTheRateAndTheTries) {
  EXPECT_EQ(chance_of_absence({5, 50}, 0), 1);
  EXPECT_LT(chance_of_absence({5, 50}, 40), chance_of_absence({5, 50}, 20));
  EXPECT_LT(chance_of_absence({9, 50}, 20), chance_of_absence({5, 50}, 20));
}

}  // namespace
}  // namespace rehearse::history
