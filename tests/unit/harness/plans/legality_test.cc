// Each rule has a plan that it refuses, and one beside it that it lets through.
#include "harness/plans/legality.h"

#include <gmock/gmock.h>

#include <set>

#include "harness/plans/parts.h"

namespace rehearse {
namespace {

using testing::StartsWith;

const std::vector<TrainLeg> kLegs = {TrainLeg::patch, TrainLeg::chain};

Scenario plan(const std::string& kind, const std::vector<TrainLeg>& legs = kLegs) {
  auto s = bare_plan(kind, legs);
  s.network.validators = {{"a", 28}, {"b", 26}, {"c", 24}, {"d", 22}};
  return s;
}
FaultSpec fault(const std::string& kind, const std::string& when, int after_ms = 0, int lasts_ms = 2000) {
  FaultSpec f;
  f.kind = kind, f.when = when, f.who = "one", f.after.value = std::chrono::milliseconds(after_ms), f.lasts.value = std::chrono::milliseconds(lasts_ms);
  return f;
}
template <class Change>
std::string illegal(Scenario s, Change change) {
  EXPECT_EQ(why_illegal(s), "") << "as it was";
  change(s);
  return why_illegal(s);
}

TEST(Legality, WhoIsLateLeavesTheOthersMoreThanTwoThirds) {
  EXPECT_EQ(illegal(plan("chain"), [](auto& s) { s.upgrade.late = {"a"}; }), "");
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.upgrade.late = {"a", "d"}; }), StartsWith("late-power: the late operators"));
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.network.validators = {{"a", 1}, {"b", 1}, {"c", 1}}, s.upgrade.late = {"a"}; }), StartsWith("late-power: "))
      << "a third is too much";
}

TEST(Legality, NobodyWhoRestartsHoldsAThird) {
  const auto a_third = [](auto& s) { s.network.validators = {{"a", 40}, {"b", 30}, {"c", 30}}; };
  const auto of_legs = [&](std::vector<TrainLeg> legs) { return illegal(plan("train", legs), a_third); };
  EXPECT_THAT(of_legs({TrainLeg::chain, TrainLeg::config}), StartsWith("one-by-one"));
  EXPECT_EQ(of_legs({TrainLeg::cancelled, TrainLeg::chain}), "");
  for (const char* kind : {"rolling", "config", "model", "patch-rollback", "train"}) EXPECT_THAT(illegal(plan(kind), a_third), StartsWith("one-by-one: a has 40 of 100")) << kind;
  EXPECT_EQ(illegal(plan("chain"), a_third), "") << "all halt anyway";
}

TEST(Legality, WhoPartsFromTheOthersLeavesThemMoreThanTwoThirds) {
  EXPECT_THAT(illegal(plan("restore"), [](auto& s) { s.network.validators = {{"a", 20}, {"b", 20}, {"c", 20}}; }), StartsWith("restore-power: a parts from the others, and has 20 of 60"));
  EXPECT_EQ(illegal(plan("restore"), [](auto& s) { s.network.validators = {{"a", 21}, {"b", 21}, {"c", 20}}; }), "");
}

TEST(Legality, TheChainsTimeIsNotThatOfAWrongClock) {
  const auto clock_on = [](const char* who) {
    return [who](auto& s) { s.network.validators = {{"a", 50}, {"b", 11}, {"c", 9}}, s.faults = {fault("clock", "voting")}, s.faults[0].who = who; };
  };
  EXPECT_THAT(illegal(plan("chain"), clock_on("one")), StartsWith("clock-power: `clock` acts on one"));
  EXPECT_THAT(illegal(plan("chain"), clock_on("blocking")), StartsWith("clock-power: "));
  EXPECT_THAT(illegal(plan("chain"), clock_on("a")), StartsWith("clock-power: "));
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.faults = {fault("clock", "voting"), fault("clock", "halted")}; }), StartsWith("clock-power: two"));
  for (const char* who : {"minority", "smallest", "b"}) EXPECT_EQ(illegal(plan("chain"), clock_on(who)), "") << who;
}

TEST(Legality, WhoMayBeKilledWhileItMigratesHasABackup) {
  EXPECT_EQ(illegal(plan("chain"), [](auto& s) { s.faults = {fault("kill", "migration")}; }), "");
  const auto by_hand = [](const char* kind, const char* when) {
    return [kind, when](auto& s) { s.network.supervisors = {{"a", SupervisorKind::bare}}, s.faults = {fault(kind, when)}; };
  };
  for (const char* when : {"halted", "swap", "migration"}) EXPECT_THAT(illegal(plan("chain"), by_hand("kill", when)), StartsWith("backup: ")) << when;
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.network.nodes["d"].config_toml["log_level"].value = "error", s.faults = {fault("kill", "swap")}; }), StartsWith("backup: "));
  EXPECT_EQ(illegal(plan("chain"), by_hand("kill", "first-block")), "");
  EXPECT_EQ(illegal(plan("chain"), by_hand("pause", "migration")), "");
}

TEST(Legality, NobodyWaitsForWhatIsNotLogged) {
  const auto logs = [](const char* level, const char* when) {
    return [level, when](auto& s) { s.network.nodes["d"].config_toml["log_level"].value = level, s.faults = {fault("pause", when)}; };
  };
  EXPECT_THAT(illegal(plan("chain"), logs("error", "migration")), StartsWith("moment: a fault waits for d to begin the upgrade"));
  EXPECT_EQ(illegal(plan("chain"), logs("debug", "migration")), "");
  EXPECT_EQ(illegal(plan("chain"), logs("error", "swap")), "");
  const auto beside_a_kill = [](auto& s) { s.faults = {fault("kill", "waiting"), fault("pause", "swap")}; };
  EXPECT_EQ(illegal(plan("chain"), beside_a_kill), "");
  EXPECT_THAT(illegal(plan("skip"), beside_a_kill), StartsWith("moment: `pause` waits for an operator"));
  EXPECT_THAT(illegal(plan("chain"), [&](auto& s) { logs("error", "swap")(s), beside_a_kill(s); }), StartsWith("moment: a fault waits for d"));
}

TEST(Legality, TheSmallestGoesFirst) {
  EXPECT_THAT(illegal(plan("rolling"), [](auto& s) { s.upgrade.order = RollingOrder::largest_first; }), StartsWith("order: "));
}

TEST(Legality, WhatGoesWrongEnds) {
  EXPECT_EQ(illegal(plan("chain"), [](auto& s) { s.faults = {fault("kill", "swap", 0, 29'000)}; }), "");
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.faults = {fault("kill", "swap", 0, 31'000)}; }), StartsWith("progress: kill lasts 31 s"));
  EXPECT_EQ(illegal(plan("chain"), [](auto& s) { s.faults = {fault("load", "voting", 0, 300'000)}; }), "") << "nothing stands still for it";
}

TEST(Legality, NobodySignsTwiceOrForgetsWhatItSigned) {
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.faults = {fault("double-sign", "swap")}; }), StartsWith("two-signers: "));
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.faults = {fault("signing-state-old", "swap")}; }), StartsWith("signing-state: "));
  EXPECT_THAT(illegal(plan("rollback"), [](auto& s) { s.upgrade.compared = false; }), StartsWith("signing-state: "));
}

TEST(Legality, OverTheHeightOnlyABackupLeadsBack) {
  EXPECT_EQ(illegal(plan("restore"), [](auto& s) { s.upgrade.drops = 1; }), "");
  EXPECT_THAT(illegal(plan("rollback"), [](auto& s) { s.upgrade.drops = 1; }), StartsWith("height-rolled-back: `rollback` rolls 1 blocks back"));
  EXPECT_THAT(illegal(plan("rollback"), [](auto& s) { s.releases.to = {}; }), StartsWith("height-rolled-back: an upgrade is taken back only while"));
  const auto train = [](ReleaseChoice failing) {
    return [failing](auto& s) { s.upgrade.legs = {TrainLeg::rollback, TrainLeg::chain}, s.releases.failing = failing; };
  };
  EXPECT_EQ(illegal(plan("train"), train({"", ReleaseRole::none, Cause::upgrade_handler_error})), "");
  EXPECT_THAT(illegal(plan("train"), train({"v2.0.0", ReleaseRole::none, Cause::none})), StartsWith("height-rolled-back: an upgrade is taken back only while"));
}

TEST(Legality, AnotherStateMachineTakesOverAtOneHeight) {
  const auto to = [](ReleaseRole role) { return [role](auto& s) { s.releases.to.role = role; }; };
  EXPECT_THAT(illegal(plan("rolling"), to(ReleaseRole::hotfix)), StartsWith("state-machines: "));
  EXPECT_THAT(illegal(plan("hotfix"), to(ReleaseRole::hotfix)), StartsWith("state-machines: "));
  EXPECT_THAT(illegal(plan("train"), [](auto& s) { s.releases.patch.role = ReleaseRole::hotfix; }), StartsWith("state-machines: "));
  EXPECT_THAT(illegal(plan("hotfix"), [](auto& s) { s.upgrade.breaking = true; }), StartsWith("state-machines: at one height"));
  EXPECT_EQ(illegal(plan("hotfix"), [](auto& s) { s.upgrade.breaking = true, s.releases.to.role = ReleaseRole::hotfix; }), "");
  for (const char* wrong : {"binary-early", "binary-old"}) EXPECT_THAT(illegal(plan("chain"), [&](auto& s) { s.faults = {fault(wrong, "waiting")}; }), StartsWith("state-machines: `")) << wrong;
}

TEST(Legality, AWayCanBeGone) {
  const auto legs = [](std::vector<TrainLeg> all) { return [all](auto& s) { s.upgrade.legs = all; }; };
  EXPECT_EQ(illegal(plan("train"), legs({TrainLeg::model, TrainLeg::patch, TrainLeg::chain})), "");
  EXPECT_THAT(illegal(plan("train"), legs({TrainLeg::chain, TrainLeg::patch})), StartsWith("way: the patch is one of the release before"));
  EXPECT_EQ(illegal(plan("train"), legs({TrainLeg::hotfix, TrainLeg::chain})), "");
  EXPECT_THAT(illegal(plan("train"), legs({TrainLeg::hotfix, TrainLeg::patch, TrainLeg::chain})), StartsWith("way: `patch` and `hotfix` install the same"));
  EXPECT_EQ(illegal(plan("train"), legs({TrainLeg::skip, TrainLeg::cancelled, TrainLeg::chain, TrainLeg::config})), "");
  EXPECT_THAT(illegal(plan("train"), legs({TrainLeg::config, TrainLeg::chain})), StartsWith("way: the configuration changes last"));
  EXPECT_THAT(illegal(plan("train"), legs({TrainLeg::chain, TrainLeg::cancelled})), StartsWith("way: an upgrade that was carried out cannot be cancelled"));
  EXPECT_THAT(illegal(plan("train"), legs({TrainLeg::chain, TrainLeg::skip})), StartsWith("way: an upgrade that was carried out cannot be skipped"));
  EXPECT_THAT(illegal(plan("train"), legs({TrainLeg::patch})), StartsWith("way: its legs hold one upgrade of the chain"));
  EXPECT_THAT(illegal(plan("train"), legs({TrainLeg::chain, TrainLeg::model, TrainLeg::model})), StartsWith("way: the leg `model` is there twice"));
}

TEST(Legality, AFaultsMomentComes) {
  const auto kill_at = [](const char* when) { return [when](auto& s) { s.faults = {fault("kill", when)}; }; };
  EXPECT_THAT(illegal(plan("rolling"), kill_at("halted")), StartsWith("phase: `kill` waits for halted, which does not come in `rolling`"));
  EXPECT_THAT(illegal(plan("cancelled"), kill_at("halted")), StartsWith("phase: ")) << "nothing halts the chain";
  EXPECT_THAT(illegal(plan("skip"), [](auto& s) { s.faults = {fault("pause", "migration")}; }), StartsWith("phase: ")) << "nothing migrates";
  EXPECT_EQ(illegal(plan("cancelled"), kill_at("voting")), "");
  EXPECT_EQ(illegal(plan("skip"), kill_at("swap")), "");
}

TEST(Legality, NothingElseGoesWrongWhereAllButOneHaveToSign) {
  const auto beside = [](const char* what, const char* when) { return [=](auto& s) { s.faults = {fault(what, when)}; }; };
  for (const char* kind : {"rolling", "hotfix", "config", "patch-rollback"}) EXPECT_THAT(illegal(plan(kind), beside("pause", "time 0s")), StartsWith("alone: `pause` acts in")) << kind;
  for (const char* kind : {"restore", "rollback"}) EXPECT_THAT(illegal(plan(kind), beside("pause", "waiting")), StartsWith("alone: ")) << kind;
  EXPECT_EQ(illegal(plan("rolling"), beside("load", "time 0s")), "") << "customers disturb nobody";
  EXPECT_EQ(illegal(plan("skip"), beside("pause", "waiting")), "");
}

TEST(Legality, AReleaseThatIsInstalledLateIsMissedByCosmovisor) {
  const auto late = [](const char* when) { return [when](auto& s) { s.faults = {fault("binary-missing", when)}; }; };
  EXPECT_EQ(illegal(plan("chain"), late("waiting")), "");
  for (const char* when : {"voting", "first-block"}) EXPECT_THAT(illegal(plan("chain"), late(when)), StartsWith("installed: `binary-missing` at")) << when;
  auto by_hand = plan("chain"), downloads = plan("chain");
  by_hand.network.supervisors = {{"a", SupervisorKind::bare}}, downloads.network.downloads = {"a"};
  for (const auto& s : {by_hand, downloads}) EXPECT_THAT(illegal(s, late("waiting")), StartsWith("installed: `binary-missing` acts on one"));
}

TEST(Legality, FaultsThatTakeNodesDownDoNotMeet) {
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.faults = {fault("kill", "swap"), fault("pause", "swap", 1000)}; }),
              StartsWith("overlap: `kill` and `pause` take nodes down at one time, from swap on"));
  EXPECT_EQ(illegal(plan("chain"), [](auto& s) { s.faults = {fault("kill", "swap"), fault("pause", "swap", 2000)}; }), "") << "the first is over";
  EXPECT_EQ(illegal(plan("chain"), [](auto& s) { s.faults = {fault("kill", "swap"), fault("latency", "swap")}; }), "");
}

TEST(Legality, ACanaryHasNothingBesideIt) {
  auto canary = plan("chain");
  canary.releases.to.name = "v2-bad", canary.expect = Cause::missing_store_upgrade;
  EXPECT_EQ(illegal(canary, [](auto& s) { s.upgrade.lead = 1; }), "");
  EXPECT_THAT(illegal(canary, [](auto& s) { s.faults = {fault("kill", "swap")}; }), StartsWith("canary: faults may be why v2-bad fails"));
  EXPECT_THAT(illegal(canary, [](auto& s) { s.network.supervisor = SupervisorKind::bare, s.upgrade.late = {"a"}; }), StartsWith("canary: operators who are late"));
  EXPECT_THAT(illegal(canary, [](auto& s) { s.network.downloads = {"a"}; }), StartsWith("canary: another way to switch"));
  EXPECT_THAT(illegal(canary, [](auto& s) { s.network.full_nodes = {"full-1"}; }), StartsWith("canary: nodes beside"));
  EXPECT_THAT(illegal(canary, [](auto& s) { s.network.population.accounts = 1; }), StartsWith("canary: a chain in use"));
  EXPECT_THAT(illegal(canary, [](auto& s) { s.upgrade.afterwards = {"replay"}; }), StartsWith("canary: more than the upgrade"));
  EXPECT_THAT(illegal(canary, [](auto& s) { s.releases.to = {}; }), StartsWith("canary: a release that has to fail is named"));
  EXPECT_EQ(illegal(plan("chain"), [](auto& s) { s.faults = {fault("kill", "swap")}; }), "") << "who is meant to pass may meet faults";
}

TEST(Legality, WhoJoinsFindsASnapshot) {
  EXPECT_THAT(illegal(plan("chain"), [](auto& s) { s.upgrade.joining_node = true; }), StartsWith("snapshot: "));
  EXPECT_EQ(illegal(plan("chain"), [](auto& s) { s.upgrade.joining_node = true, s.network.app_toml["state-sync.snapshot-interval"].value = 5; }), "");
}

TEST(Legality, WhoMakesSnapshotsDoesNotPruneEverything) {
  const auto node_that_prunes = [](const char* what) {
    return [what](auto& s) {
      s.network.app_toml["state-sync.snapshot-interval"].value = 5;
      s.network.nodes["a"].app_toml["pruning"].value = what;
    };
  };
  EXPECT_THAT(illegal(plan("chain"), node_that_prunes("everything")), StartsWith("snapshot-pruned: a is to make snapshots"));
  EXPECT_EQ(illegal(plan("chain"), node_that_prunes("nothing")), "");
}

TEST(Legality, HasEachRuleOnce) {
  std::set<std::string> names;
  for (const auto& rule : legality_rules()) EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
}

}  // namespace
}  // namespace rehearse
