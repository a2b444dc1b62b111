// Plans that nobody wrote: the same for a seed, of all kinds, and each can be carried out.
#include "harness/plans/plan.h"

#include <gmock/gmock.h>

#include <set>

#include "harness/plans/legality.h"
#include "harness/plans/parts.h"
#include "harness/plans/weights.h"
#include "harness/procedures/procedure.h"
#include "harness/run/fitness.h"
#include "harness/run/scenario_rules.h"
#include "harness/spec/suite.h"
#include "localnet/base/encode.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

fs::path in_project(const char* file) { return fs::path(REHEARSE_SOURCE_DIR) / file; }
const Profile& chain(const std::string& name) {
  static std::map<std::string, Profile> read;
  if (!read.contains(name)) read[name] = load_profile(in_project("fixtures/profiles") / (name + ".yaml"), in_project("fixtures/profiles"));
  return read[name];
}
const Weights& weights() {
  static const auto read = read_weights(in_project("harness/plans/weights.yaml"));
  return read;
}

// Of chains that are read once.
std::vector<Exercise> exercised_by(const Scenario& plan) { return exercises(plan, chain("virtengine")); }

Scenario draw_plan(PlanSeed seed, const Profile& profile, const Weights& w, const Tried& tried = {}) {
  static std::map<std::string, Planner> of_all;
  if (&w != &weights()) return Planner(profile, w).draw(seed, tried);
  return of_all.try_emplace(profile.name, profile, w).first->second.draw(seed, tried);
}

TEST(Plan, IsTheSameForASeedAndAnotherForAnother) {
  std::set<std::string> all;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto plan = as_yaml(draw_plan({seed}, chain("virtengine"), weights()));
    EXPECT_EQ(plan, as_yaml(draw_plan({seed}, chain("virtengine"), weights())));
    all.insert(plan);
  }
  EXPECT_GT(all.size(), 150u);
}

TEST(Plan, IsLegalWhateverTheSeed) {
  for (std::uint64_t seed = 0; seed < 50'000; ++seed)
    for (const char* name : {"virtengine", "stock"}) ASSERT_EQ(why_illegal(draw_plan({seed}, chain(name), weights())), "") << name << " " << seed;
}

TEST(Plan, ExercisesNothingButWhatIsPossibleAndInTimeAllOfIt) {
  for (const char* name : {"virtengine", "stock"}) {
    std::set<Exercise> drawn;
    for (std::uint64_t seed = 0; seed < 50'000; ++seed)
      for (auto e : exercises(draw_plan({seed}, chain(name), weights()), chain(name))) e.releases.clear(), drawn.insert(e);
    EXPECT_EQ(Planner(chain(name), weights()).possible(), drawn) << name;
  }
}

TEST(Plan, IsAScenarioThatItsChainCanBeTakenThrough) {
  made::TempFolder folder;
  for (std::uint64_t seed = 0; seed < 150; ++seed)
    for (const char* name : {"virtengine", "stock"}) {
      const auto drawn = draw_plan({seed}, chain(name), weights());
      Scenario read;
      ASSERT_NO_THROW(read = load_scenario(folder.write("plan.yaml", as_yaml(drawn)))) << as_yaml(drawn);
      EXPECT_EQ(why_unfit(read, chain(name)), "");
      EXPECT_EQ(as_yaml(read), as_yaml(drawn));
      EXPECT_GE(in_words(drawn, chain(name)).size(), 4u);
    }
}

TEST(Plan, GoesEveryWayThatThereIs) {
  std::set<std::string> procedures, faults, roles;
  std::set<TrainLeg> legs;
  std::size_t quiet = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const auto plan = draw_plan({seed}, chain("virtengine"), weights());
    if (plan.upgrade.kind == "train") legs.insert(plan.upgrade.legs.begin(), plan.upgrade.legs.end());
    for (const auto& e : exercised_by(plan))
      procedures.insert(e.procedure), faults.insert(e.fault), roles.insert(e.role), quiet += e.fault == kNoFault, ++all;
  }
  for (const auto& [name, leg] : names(TrainLeg{})) EXPECT_TRUE(legs.contains(leg)) << name;
  for (const auto& [kind, weight] : weights().procedures) EXPECT_TRUE(procedures.contains(kind)) << kind;
  for (const auto& [kind, weight] : weights().faults) EXPECT_TRUE(faults.contains(kind)) << kind;
  EXPECT_THAT(roles, testing::IsSupersetOf({"one", "smallest", "minority", "blocking"}));
  EXPECT_GT(quiet * 3, all) << "nothing goes wrong in most";
}

TEST(Plan, HasOperatorsWhoAreLateOneOrSeveralAndReleasesThatAre) {
  std::size_t one = 0, several = 0, beside_cosmovisor = 0, releases = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const auto plan = draw_plan({seed}, chain("virtengine"), weights());
    const auto late = plan.upgrade.late.size();
    one += late == 1, several += late > 1, beside_cosmovisor += late && plan.network.supervisor == SupervisorKind::cosmovisor;
    releases += std::ranges::count(plan.faults, "binary-missing", &FaultSpec::kind);
    for (const auto& name : plan.upgrade.late) EXPECT_EQ(supervisor_of(plan.network, name), SupervisorKind::bare) << as_yaml(plan);
  }
  for (const auto count : {one, several, beside_cosmovisor, releases}) EXPECT_GT(count, 5u);
}

TEST(Plan, OfAChainHasNothingThatTheChainHasNot) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto plan = draw_plan({seed}, chain("stock"), weights());
    EXPECT_FALSE(plan.upgrade.kind.starts_with("model") || plan.upgrade.kind.starts_with("provider")) << seed;
    EXPECT_FALSE(has_leg(plan.upgrade, TrainLeg::model)) << seed;
  }
}

TEST(Plan, HasTheNetworkOfAnother) {
  std::set<std::string> networks, all;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    auto plan = draw_plan({seed, 7}, chain("virtengine"), weights());
    all.insert(as_yaml(plan));
    if (plan.upgrade.kind != "chain" || plan.expect) continue;  // a canary has a plain one
    networks.insert(to_yaml(encode(plan.network)));
  }
  EXPECT_EQ(networks.size(), 1u);
  EXPECT_GT(all.size(), 100u);
}

TEST(Plan, TakesWhatWasTriedLeast) {
  Tried tried;
  for (const auto& [kind, weight] : weights().procedures)
    if (kind != "rolling") tried[{kind, "", kNoFault, "", ""}] = 1;
  for (const auto& [fault, weight] : weights().faults)
    for (const char* phase : {"voting", "waiting", "halted", "swap", "migration", "first-block"})
      if (fault != "clock") tried[{"chain", phase, fault, "one", "v1.0.0 -> v2.0.0"}] = 100;
  int rolling[2] = {}, clocks[2] = {};
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    for (const bool steered : {false, true})
      for (const auto& e : exercised_by(draw_plan({seed}, chain("virtengine"), weights(), steered ? tried : Tried())))
        rolling[steered] += e.procedure == "rolling", clocks[steered] += e.fault == "clock";
  EXPECT_GT(rolling[1], rolling[0] * 3 / 2);
  EXPECT_GT(clocks[1], clocks[0] * 3 / 2);
}

TEST(Plan, KeepsItsOtherPartsWhenOneIsLeftOut) {
  auto without = weights();
  without.full_node = 0, without.chain_in_use = 0;
  const Planner planner(chain("virtengine"), without);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    auto with = draw_plan({seed}, chain("virtengine"), weights()), plain = planner.draw({seed});
    with.network.full_nodes.clear(), with.network.population = {};
    EXPECT_EQ(as_yaml(with), as_yaml(plain));
  }
}

TEST(Plan, HasNoMoreStepsThanWanted) {
  const Planner two(chain("virtengine"), limited(weights(), 2)), one(chain("virtengine"), limited(weights(), 1));
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const auto plan = two.draw({seed});
    EXPECT_LE(plan.faults.size(), 1u);
    if (plan.upgrade.kind == "train") {
      EXPECT_EQ(plan.upgrade.legs.size(), 2u);
    }
    EXPECT_NE(one.draw({seed}).upgrade.kind, "train");
  }
}

TEST(Plan, OfNothingThatCanBeDrawnSaysWhatIsMissing) {
  auto of_models = weights();
  of_models.procedures = {{"model", 1}, {"train", 0}};
  EXPECT_THAT(made::trouble_of([&] { draw_plan({1}, chain("stock"), of_models); }), HasSubstr("stock: there is nothing that can be drawn: model: "));
}

TEST(Plan, IsWrittenAsAnyScenarioMayBe) {
  made::TempFolder folder;
  int read = 0;
  for (const auto& entry : fs::recursive_directory_iterator(in_project("scenarios"))) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".yaml") || is_suite(entry.path())) continue;
    const auto s = load_scenario(entry.path());
    EXPECT_EQ(as_yaml(load_scenario(folder.write(name, as_yaml(s)))), as_yaml(s)) << entry.path();
    ++read;
  }
  EXPECT_GT(read, 100);
}

class WeightsFile : public testing::Test {
 protected:
  std::string trouble(const std::string& more, const std::string& faults = "{nothing: 3, kill: 1}") {
    const auto file = folder_.write("w.yaml", "procedures: {chain: 1}\nfaults: " + faults + "\n" + more);
    return made::trouble_of([&] { read_weights(file); }).substr(file.string().size() + 1);
  }
  made::TempFolder folder_;
};

TEST_F(WeightsFile, IsRefusedAtTheLineThatIsWrong) {
  EXPECT_THAT(trouble("by_hand: 1.5\n"), HasSubstr("3:10: by_hand: 0 to 1"));
  EXPECT_THAT(trouble("", "{nothing: 1, kill: 2}"), HasSubstr("2:28: `kill` is heavier than `nothing`"));
  EXPECT_THAT(trouble("", "{nothing: 1, kil: 1}"), HasSubstr("there is no fault `kil`"));
  EXPECT_THAT(trouble("most_legs: 9\n"), HasSubstr("3:12: 2 to 8 legs"));
  EXPECT_THAT(trouble("most_faults: -1\n"), HasSubstr("3:14: 0 to 20 faults"));
}

}  // namespace
}  // namespace rehearse
