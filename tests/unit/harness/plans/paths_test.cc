// Which releases plans go over: where one may, all of them in the end, and now and then one that is known to be bad.
#include "harness/plans/paths.h"

#include <gmock/gmock.h>

#include <map>

#include "harness/plans/legality.h"
#include "harness/plans/plan.h"
#include "harness/plans/weights.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

constexpr const char* kReleases = R"(archive: a.tar.gz
binary: b
releases:
  v1.0.0: {version: v1.0.0}
  v1.0.1: {version: v1.0.1, role: patch, from: "<v1.1"}
  v1.5.0: {version: v1.5.0, plan: v1.5}
  v2.0.0: {version: v2.0.0, plan: v2, from: ">=v1.0.0 <v2.0.0"}
  v2.0.0-late: {version: v2.0.0, plan: v2, from: ">=v1.0.1 <v2.0.0"}
  v3.0.0: {version: v3.0.0, plan: v3, from: ">=v2.0.0"}
  v0.9.0: {version: v0.9.0, plan: v0.9}
  v2-bad: {version: v2.0.0, plan: v2, cause: missing-store-upgrade, from: ">=v1.0.0"}
  v2-worse: {version: v2.0.0, plan: v2, cause: upgrade-handler-panic}
  v2-bad-for-one: {version: v2.0.0, plan: v2, cause: app-hash-divergence, environment: {who: smallest, set: {X: "1"}}}
  v2-bad-with-records: {version: v2.0.0, plan: v2, cause: records-lost, shows_with: records}
  v3-bad: {version: v3.0.0, plan: v3, cause: upgrade-handler-error, from: ">=v2.0.0"}
)";

class PathsTest : public testing::Test {
 protected:
  PathsTest() {
    const auto profiles = fs::path(REHEARSE_SOURCE_DIR) / "fixtures/profiles";
    profile_ = load_profile(profiles / "virtengine.yaml", profiles);
    folder_.write("made-releases.yaml", kReleases);
    profile_.file = folder_.path() / "made.yaml", profile_.releases = "made-releases.yaml";
    profile_.provider.reset();
  }

  static std::vector<std::string> names(const std::vector<Release>& all) {
    std::vector<std::string> names;
    for (const auto& r : all) names.push_back(r.name);
    return names;
  }
  Paths paths(PlanReleases releases = {}) const { return {profile_, std::move(releases)}; }
  static Weights weights() { return read_weights(fs::path(REHEARSE_SOURCE_DIR) / "harness/plans/weights.yaml"); }

  made::TempFolder folder_;
  Profile profile_;
};

TEST_F(PathsTest, LeadWhereOneMayUpgradeTo) {
  EXPECT_THAT(names(paths().targets(false)), ElementsAre("v1.5.0", "v2.0.0"));
  EXPECT_THAT(names(paths().targets(true)), ElementsAre("v1.5.0", "v2.0.0", "v2.0.0-late")) << "from the patch";
  EXPECT_THAT(names(paths({{}, "v2.0.0", ""}).targets(false)), ElementsAre("v3.0.0"));
  EXPECT_THAT(names(paths({{"v2.0.0", "v2.0.0-late"}, "", ""}).targets(true)), IsEmpty()) << "without the patch";
  EXPECT_THAT(names(paths({{"v2.0.0", "v2.0.0-late", "v1.0.1"}, "", ""}).targets(true)), ElementsAre("v2.0.0", "v2.0.0-late"));
}

TEST_F(PathsTest, FromAFileLeadEverywhere) {
  EXPECT_THAT(names(paths({{}, "./made", ""}).targets(false)), ElementsAre("v1.5.0", "v2.0.0", "v2.0.0-late", "v3.0.0", "v0.9.0")) << "what it is, its run will say";
}

TEST_F(PathsTest, AreNotDrawnForRunsThatAreGivenARelease) {
  EXPECT_THAT(paths({{}, "", "./made"}).targets(false), IsEmpty());
  EXPECT_THAT(paths({{}, "", "./made"}).canaries(), IsEmpty());
}

TEST_F(PathsTest, LeadToBadReleasesThatShowItAnywhere) {
  EXPECT_THAT(names(paths().canaries()), ElementsAre("v2-bad", "v2-worse"));
  EXPECT_THAT(names(paths({{"v2-worse"}, "", ""}).canaries()), ElementsAre("v2-worse"));
}

TEST_F(PathsTest, RefuseAReleaseThatThereIsNot) {
  EXPECT_EQ(made::trouble_of([&] { paths({{"v2.0.0", "v2"}, "", ""}); }).substr(0, 54), "virtengine has no release `v2`; there are v1.0.0, v1.0");
}

TEST_F(PathsTest, SayWhichRuleForbidsEach) {
  auto upgrades = weights();
  upgrades.procedures = {{"chain", 1}, {"rolling", 1}};
  EXPECT_THAT(made::trouble_of([&] { Planner(profile_, upgrades, {{"v3.0.0"}, "", ""}); }),
              AllOf(HasSubstr("there is nothing that can be drawn: chain: no release can be upgraded to from v1.0.0: "),
                    HasSubstr("made-releases.yaml: to v3.0.0 one upgrades from >=v2.0.0, and v1.0.0 is v1.0.0"),
                    HasSubstr("v2.0.0 is not among the releases that plans may go to"), HasSubstr("; rolling: v1.0.1 is not among")));
  upgrades.procedures.emplace_back("config", 1);  // which goes to none
  EXPECT_EQ(Planner(profile_, upgrades, {{"v3.0.0"}, "", ""}).draw({1}).upgrade.kind, "config");
}

TEST_F(PathsTest, AreAllGoneAndWhatWasTriedLeastFirst) {
  const Planner planner(profile_, weights());
  const Tried tried = {{{"chain", "", kNoFault, "", "v1.0.0 -> v2.0.0"}, 1000}};
  std::map<std::string, int> all, steered;
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    for (auto* count : {&all, &steered}) {
      const auto plan = planner.draw({seed}, count == &all ? Tried() : tried);
      ASSERT_EQ(why_illegal(plan), "");
      if (plan.upgrade.kind != "chain" && plan.upgrade.kind != "train") continue;
      ASSERT_FALSE(plan.releases.to.name.empty());
      if (!plan.expect) ++(*count)[plan.releases.patch.empty() ? plan.releases.to.name : "patched " + plan.releases.to.name];
    }
  EXPECT_GT(all["v2.0.0"], 300);
  EXPECT_GT(all["v1.5.0"], 300);
  EXPECT_GT(all["patched v2.0.0-late"], 0);
  EXPECT_EQ(all["v2.0.0-late"], 0) << "not from the release before the patch";
  EXPECT_LT(steered["v2.0.0"], 20);
}

TEST_F(PathsTest, LeadToACanaryAsOftenAsItsWeightSays) {
  auto often = weights();
  often.canary = 0.2;
  const Planner planner(profile_, often);
  std::map<std::string, int> canaries;
  int upgrades = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const auto plan = planner.draw({seed});
    upgrades += plan.upgrade.kind == "chain";
    if (!plan.expect) continue;
    ++canaries[plan.releases.to.name + " " + name_of(*plan.expect)];
    EXPECT_THAT(exercises(plan, profile_), ElementsAre(Exercise{"chain", "", "canary", "", "v1.0.0 -> " + plan.releases.to.name}));
    EXPECT_THAT(in_words(plan, profile_).front(), HasSubstr("v1.0.0 -> " + plan.releases.to.name + ", which is bad: "));
    EXPECT_TRUE(plan.faults.empty() && plan.network.full_nodes.empty() && uses_cosmovisor(plan.network));
  }
  EXPECT_THAT(canaries, ElementsAre(testing::Key("v2-bad missing-store-upgrade"), testing::Key("v2-worse upgrade-handler-panic")));
  EXPECT_NEAR((canaries.begin()->second + canaries.rbegin()->second) / static_cast<double>(upgrades), 0.2, 0.05);
  EXPECT_NEAR(canaries.begin()->second, canaries.rbegin()->second, 40);
}

TEST_F(PathsTest, OfATrainAreSaidInOrder) {
  Scenario plan;
  plan.upgrade.kind = "train", plan.upgrade.legs = {TrainLeg::patch, TrainLeg::chain};
  plan.releases.patch.role = ReleaseRole::patch, plan.releases.to.name = "v2.0.0-late";
  EXPECT_THAT(in_words(plan, profile_).front(), HasSubstr("train: patch, then chain: v1.0.0 -> patch release -> v2.0.0-late"));
}

}  // namespace
}  // namespace rehearse
