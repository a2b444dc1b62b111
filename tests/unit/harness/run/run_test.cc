// A run before anything is made, and one that is judged again from its folder.
#include "harness/run/conclusion.h"
#include "harness/run/run.h"

#include <gmock/gmock.h>

#include "localnet/cosmos/node_home.h"
#include "localnet/profile/profile.h"

#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_failures.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class RunTest : public testing::Test {
 protected:
  RunTest() {
    options_.scenario = made::kProject / "scenarios/chain-upgrade.yaml";
    options_.profile = made::kProject / "fixtures/profiles/virtengine.yaml";
    options_.folder = folder_ / "run";
  }
  std::string refusal() {
    made::Shown shown;
    auto said = made::trouble_of([&] { run_scenario(options_, shown); });
    EXPECT_FALSE(fs::exists(options_.folder));
    return said;
  }
  // The verdict on that journal, of a run that was told what to expect.
  std::string verdict_on(made::Upgrade u, const std::string& expect) {
    if (!expect.empty()) u.all<record::RunStarted>().front()->conditions["expect"] = expect;
    fs::create_directories(options_.folder);
    fs::copy_file(options_.scenario, options_.folder / "scenario.yaml");
    write_file(options_.folder / "profile.yaml", load_profile(options_.profile).text);
    {
      Journal journal(options_.folder / "events.jsonl");
      for (auto& e : u.events()) journal.append(e);
    }
    const auto verdict = judge_folder(options_.folder).verdict;
    fs::remove_all(options_.folder);
    return verdict;
  }

  made::TempFolder folder_;
  RunOptions options_;
};

TEST_F(RunTest, ExpectsAPassOrACause) {
  options_.expect = "success";
  EXPECT_EQ(refusal(), "--expect takes pass or a cause of `rehearse list`; found `success`");
}

TEST_F(RunTest, BreaksAtAPhase) {
  options_.break_at = "lunch";
  EXPECT_THAT(refusal(), StartsWith("--break-at takes a phase: prepare, voting"));
}

TEST_F(RunTest, NeedsTheModelsThatNodesScoreWith) {
  options_.scenario = made::kProject / "scenarios/model-upgrade.yaml";
  options_.models = folder_.path();
  EXPECT_EQ(refusal(), (folder_ / "veid_scorer_v1.0.0.h5").string() + ": there is no model v1.0.0; ./rehearse run makes it");
}

// A release that is installed on the way has its place in a train alone, and has to be there.
TEST_F(RunTest, NeedsWhatATrainInstallsOnItsWay) {
  options_.models = folder_.path();
  const auto refused = [this](const char* scenario, std::string RunOptions::*option, const char* release) {
    options_.scenario = made::kProject / "scenarios" / scenario, options_.*option = release;
    const auto why = refusal();
    (options_.*option).clear();
    return why;
  };
  EXPECT_EQ(refused("chain-upgrade-manual.yaml", &RunOptions::patch, "v1.0.1"), "--release patch=v1.0.1: `chain-upgrade-manual` installs no patch before its upgrade");
  EXPECT_THAT(refused("full-release-train.yaml", &RunOptions::patch, "v9"), StartsWith("there is no release `v9`"));
  EXPECT_EQ(refused("chain-upgrade-manual.yaml", &RunOptions::failing, "v2.0.0-handler-error"),
            "--release failing=v2.0.0-handler-error: `chain-upgrade-manual` takes no release back before its upgrade");
  EXPECT_THAT(refused("upgrade-taken-back-and-mended.yaml", &RunOptions::failing, "v9"), StartsWith("there is no release `v9`"));
}

TEST_F(RunTest, RefusesAPlanOfFaultsThatNamesAStepOfAnotherProcedure) {
  constexpr const char* kPlan = R"({"faults": [
  {"id": "kill-1", "do": "kill", "who": "validator-1", "when": "step hotfix",
   "after_s": 0, "for_s": 1, "nodes": ["validator-1"], "with": {}}]})";
  options_.schedule = folder_.write("schedule.json", kPlan);
  EXPECT_THAT(refusal(), StartsWith(options_.schedule.string() + ":2: kill-1: the procedure `chain` has no step `hotfix`"));
}

TEST_F(RunTest, SaysWhichNodesItsNumberOfValidatorsTakesAway) {
  options_.scenario = made::kProject / "scenarios/chain-upgrade-manual.yaml";
  options_.validators = 2;
  EXPECT_THAT(refusal(), StartsWith(options_.scenario.string() +
                                    ":12:31: there is no node validator-4; --validators 2"));
}

TEST_F(RunTest, IsJudgedAgainByWhatItWasToldToExpect) {
  EXPECT_EQ(verdict_on(made::handler_error(), ""), "fail");
  EXPECT_EQ(verdict_on(made::handler_error(), "upgrade-handler-error"), "pass");
  EXPECT_EQ(verdict_on(made::handler_error(), "upgrade-handler-panic"), "fail");
  EXPECT_EQ(verdict_on(made::healthy(), "upgrade-handler-error"), "fail");
  EXPECT_EQ(verdict_on(made::healthy(), "pass"), "pass");
}

}  // namespace
}  // namespace rehearse
