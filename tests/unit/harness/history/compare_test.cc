// Tonight against the nights before: what is worse and what only looks so; nights that several machines share; what was not
// exercised; from when on a phase is slower.
#include "harness/history/compare.h"

#include <gmock/gmock.h>

#include "localnet/base/utc.h"
#include "tests/unit/support/made_history.h"

namespace rehearse::history {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// "phase swap", an entry each.
std::vector<std::string> worse_in(const made::Nights& made) {
  std::vector<std::string> all;
  for (const auto& w : made.summary().comparison.worse) all.push_back(name_of(w.in) + (w.in == WorseIn::phase ? " " + w.which : ""));
  return all;
}

TEST(Comparison, OfANightLikeTheOthersSaysNothing) {
  EXPECT_THAT(worse_in(made::Nights()), IsEmpty());
  EXPECT_THAT(worse_in(made::Nights().add(40)), IsEmpty());
  EXPECT_THAT(worse_in(made::Nights().add(40, 4).add(40, 3).add(40, 5)), IsEmpty());
  EXPECT_THAT(worse_in(made::Nights().add(40).add(0)), IsEmpty()) << "nothing was tried";
}

TEST(Comparison, FindsALowerPassRate) {
  const auto made = made::Nights().add(100, 2).add(100, 2).add(40, 8);
  EXPECT_THAT(worse_in(made), ElementsAre("pass-rate"));
  const auto c = made.summary().comparison;
  EXPECT_EQ(c.tonight.successes, 32);
  EXPECT_EQ(c.tonight.tried, 40);
  EXPECT_EQ(c.before.successes, 196);
  EXPECT_EQ(c.before.tried, 200);
  EXPECT_LT(c.chance, 0.001);
  EXPECT_THAT(worse_in(made::Nights().add(100, 2).add(100, 2).add(40, 2)), IsEmpty()) << "that may be chance";
  EXPECT_THAT(worse_in(made::Nights().add(100, 20).add(100)), IsEmpty()) << "it is better";
}

TEST(Comparison, FindsAPhaseThatTakesLonger) {
  made::Nights made;
  made.add(40);
  made.slower = 1.5;
  made.add(20);
  EXPECT_THAT(worse_in(made), ElementsAre("phase swap", "phase voting"));
  made::Nights a_little;
  a_little.add(40);
  a_little.slower = 1.1;
  a_little.add(20);
  EXPECT_THAT(worse_in(a_little), IsEmpty()) << "that is sure, and less than a fifth";
  EXPECT_LT(a_little.summary().comparison.phases.at(0).chance, 0.01);
  made::Nights few;
  few.add(40);
  few.slower = 1.5;
  few.add(1);
  EXPECT_THAT(worse_in(few), IsEmpty()) << "one slow run may be chance";
}

TEST(Comparison, LeavesTimesOfFailedRunsOut) {
  made::Nights made;
  made.add(40, 5);
  made.slower = 3;
  made.add(20, 20);
  EXPECT_THAT(made.summary().comparison.phases, IsEmpty());
}

TEST(Comparison, NamesWhatIsNewAndWhatIsBack) {
  const auto made = made::Nights().add(50, 5).add(60).add(50, 1);
  EXPECT_THAT(worse_in(made), ElementsAre("cluster-back"));
  EXPECT_EQ(made.summary().comparison.worse[0].which, made.summary().clusters[0].name);
  EXPECT_THAT(worse_in(made::Nights().add(50).add(50, 1, "panic: y")), ElementsAre("new-cluster"));
  EXPECT_THAT(worse_in(made::Nights().add(50, 1)), ElementsAre("new-cluster")) << "in the first night, too";
}

TEST(NightTotals, AreOfAllMachinesThatShareANight) {
  made::Nights made;
  made.add(10).add(20, 2).add(30, 3);
  auto& shard = made.nights[2];
  shard.started = "2026-05-02T20:30:00Z", shard.host = "nightly-2";
  const auto nights = made.summary().nights;
  ASSERT_THAT(nights, SizeIs(2));
  EXPECT_EQ(nights[1].id(), 2);
  EXPECT_EQ(nights[1].rate().tried, 50);
  EXPECT_EQ(nights[1].failed, 5);
  shard.host = made::kHost;
  EXPECT_THAT(made.summary().nights, SizeIs(3)) << "of one host they are two nights, and its clock jumped";
  shard.host = "nightly-2", shard.started = "2026-05-03T20:30:00Z";
  EXPECT_THAT(made.summary().nights, SizeIs(3)) << "another night";
}

TEST(NightTotals, CountWhatSaysNothingApart) {
  made::Nights made;
  made.add(3, 1);
  auto cut_off = made::passing(1), machine = cut_off, elsewhere = cut_off;
  cut_off.state = State::running;
  machine.failure.verdict = "error";
  elsewhere.night = 99;
  made.add(cut_off).add(machine).add(elsewhere);
  const auto night = made.summary().nights.at(0);
  EXPECT_EQ(night.rate().tried, 3);
  EXPECT_EQ(night.not_told, 1);
  EXPECT_EQ(night.interrupted, 1);
}

TEST(Coverage, SaysWhatWasNotExercisedForNights) {
  made::Nights made;
  made.add(2);
  auto once = made::passing(1);
  once.covered = {{"voting", "cut", "one", "v1.0.0 -> v2.0.0"}};
  made.add(once).add(1).add(1).add(1);
  const auto all = made.summary().coverage;
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].what.phase, "swap");
  EXPECT_EQ(all[0].times, 5);
  EXPECT_EQ(all[0].nights_since, 0);
  EXPECT_EQ(all[1].last_night, 1);
  EXPECT_EQ(all[1].nights_since, 3);
  ASSERT_THAT(not_exercised(all, 3), SizeIs(1));
  EXPECT_EQ(not_exercised(all, 3)[0].what.fault, "cut");
  EXPECT_THAT(not_exercised(all, 4), IsEmpty());
}

TEST(Canaries, AreCaughtWhereTheyPassed) {
  made::Nights made;
  made.add(5).add(made::canary(1)).add(5).add(made::canary(2)).add(5, 1);
  auto missed = made::canary(3), machine = missed;
  missed.failure.verdict = "fail", machine.failure.verdict = "inconclusive";
  const auto c = made.add(missed).add(machine).add(5).summary().canaries;
  EXPECT_EQ(c.tried, 3) << "what the machine spoilt is not counted";
  EXPECT_EQ(c.caught, 2);
  EXPECT_EQ(c.last_night, 2);
  EXPECT_EQ(c.nights_since, 2);
  EXPECT_EQ(made::Nights().add(5, 1).summary().canaries.tried, 0) << "a failure is none";
}

TEST(Canaries, AreAsOldAsTheLastThatWasCaught) {
  auto caught = made::canary(1), later = caught, missed = caught;
  caught.started = "2026-01-02T03:00:00Z", later.started = "2026-01-02T03:10:00Z", missed.started = "2026-01-02T03:30:00Z";
  missed.failure.verdict = "fail";
  const auto now = *time_of_utc("2026-01-02T04:00:00Z");
  EXPECT_EQ(since_caught({caught, later, missed}, now), std::chrono::minutes(50));
  EXPECT_EQ(since_caught({missed}, now), std::nullopt);
}

TEST(Canaries, ThatAreMissedAreTheGatesFailure) {
  record::Failure none{"fail", Cause::no_failure, "release", Spread::none, "expected missing-store-upgrade", "expected missing-store-upgrade"};
  const auto missed = missed_canary(none, "v2-bad", "missing-store-upgrade");
  EXPECT_EQ(missed.evidence, "the canary v2-bad was not caught: expected missing-store-upgrade");
  EXPECT_EQ(missed.owner, "harness");
  EXPECT_EQ(missed.cause, Cause::no_failure);
  auto other = none;
  other.cause = Cause::upgrade_handler_panic, other.evidence = "panic: x";
  EXPECT_EQ(missed_canary(other, "v2-bad", "missing-store-upgrade").evidence,
            "the canary v2-bad was not caught: expected missing-store-upgrade, found upgrade-handler-panic: panic: x");
  EXPECT_NE(missed_canary(other, "v2-bad", "missing-store-upgrade").fingerprint, missed.fingerprint);

  auto i = made::canary(2);
  i.failure = missed;
  const auto made = made::Nights().add(20).add(20).add(i);
  EXPECT_THAT(worse_in(made), ElementsAre("new-cluster"));
}

TEST(ChangePoints, AreWhereAPhaseBecameSlower) {
  made::Nights made;
  for (int night = 0; night < 10; ++night) made.add(5);
  made.slower = 1.4;
  for (int night = 0; night < 10; ++night) made.add(5);
  const auto found = made.summary().change_points;
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].phase, "swap");
  EXPECT_EQ(found[0].night, 11);
  EXPECT_NEAR(found[0].after / found[0].before, 1.4, 0.05);
}

TEST(ChangePoints, AreNotWhereOneNightWasSlow) {
  made::Nights made;
  for (int night = 0; night < 20; ++night) {
    made.slower = night == 10 ? 3 : 1;
    made.add(5);
  }
  EXPECT_THAT(made.summary().change_points, IsEmpty());
}

TEST(ChangePoints, AreBothOfATimeThatWentUpAndDown) {
  made::Nights made;
  for (int night = 0; night < 60; ++night) {
    made.slower = night < 20 || night >= 40 ? 1 : 2;
    made.add(3);
  }
  std::vector<std::int64_t> found;
  for (const auto& c : made.summary().change_points)
    if (c.phase == "swap") found.push_back(c.night);
  EXPECT_THAT(found, ElementsAre(21, 41));
}

}  // namespace
}  // namespace rehearse::history
