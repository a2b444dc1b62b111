// Checkpoints: left whole or not at all, refused when they are not what a run needs, and told as the past of
// what begins from them.
#include "harness/run/checkpoint_folder.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include "harness/view/journal.h"
#include "harness/view/timing.h"
#include "harness/view/view.h"
#include "localnet/base/text.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/in_copy.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CheckpointFolder : public testing::Test {
 protected:
  CheckpointFolder() {
    folder_.write("run/nodes/validator-1/data/wal", std::string(100'000, 'x'));
    folder_.write("run/nodes/validator-1/config/genesis.json", "{}");
    folder_.write("run/operator/key", "secret");
    folder_.write("run/tmp/nothing", "to keep");
    Journal journal(run_ / "events.jsonl");
    auto made = made::healthy().made;
    std::ranges::stable_sort(made, {}, &record::Event::seen);
    for (const auto& e : made) {
      journal.append(e);
      if (const auto* p = std::get_if<record::PhaseEntered>(&e.body); p && p->phase == Phase::waiting) break;
    }
  }
  // As if it had ended in the middle of a step, with its network kept.
  void end(StepOutcome outcome) {
    append_to_journal(run_ / "events.jsonl", record::StepStarted{"resume", "First block after H", ""});
    append_to_journal(run_ / "events.jsonl", record::StepEnded{"resume", outcome, ""});
    append_to_journal(run_ / "events.jsonl", record::RunStopped{outcome == StepOutcome::done ? StopReason::completed : StopReason::step_failed, "no block", "", Cause::none});
    folder_.write("run/carried.json", R"({"next_ordinal": 5})");
    for (const auto& [name, node] : fold_all(read_journal(run_ / "events.jsonl")).nodes) fs::create_directories(run_ / "nodes" / name);
  }
  void take() { take_checkpoint(run_, to_, "past-1", {{"next_ordinal", 3}}); }
  std::string refused(const CheckpointFacts& wanted = {}) {
    return made::trouble_of([&] { open_checkpoint(to_, wanted); }, Blame::scenario);
  }

  made::TempFolder folder_;
  fs::path run_ = folder_ / "run", to_ = folder_ / "checkpoints" / "past-1";
};

TEST_F(CheckpointFolder, HasAllThatANetworkNeedsAndSaysWhatItIsOf) {
  take();
  const auto c = open_checkpoint(to_, {});
  EXPECT_EQ(c.facts.phase, Phase::waiting);
  EXPECT_EQ(c.facts.past, "past-1");
  EXPECT_EQ(c.facts.profile, "virtengine");
  EXPECT_GT(c.facts.height, 10);
  EXPECT_EQ(c.facts.carried.at("next_ordinal"), 3);
  copy_network(c, folder_ / "other");
  EXPECT_EQ(read_file(folder_ / "other/operator/key"), "secret");
  EXPECT_FALSE(fs::exists(folder_ / "other/tmp"));
  EXPECT_FALSE(fs::exists(run_ / kUnfinishedCheckpoint));
}

TEST_F(CheckpointFolder, TheFirstOneStays) {
  take();
  const auto first = read_file(to_ / "checkpoint.json");
  folder_.write("run/operator/key", "another");
  take();
  EXPECT_EQ(read_file(to_ / "checkpoint.json"), first);
  EXPECT_FALSE(fs::exists(run_ / kUnfinishedCheckpoint));
}

TEST_F(CheckpointFolder, AFullDiskLeavesNothingBehind) {
  made::in_copy([this] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{50'000, 50'000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto trouble = made::trouble_of([this] { take(); }, Blame::machine);
    made::expect(trouble.find("no checkpoint is left") != std::string::npos, trouble);
  });
  EXPECT_FALSE(fs::exists(to_));
  EXPECT_FALSE(fs::exists(run_ / kUnfinishedCheckpoint));
}

TEST_F(CheckpointFolder, OfAnEndedRunComesBeforeTheStepThatFailed) {
  end(StepOutcome::failed);
  take_checkpoint_of_ended(run_, to_);
  CheckpointFacts wanted;
  wanted.profile_digest = "of its recipe";
  const auto c = open_checkpoint(to_, wanted);
  EXPECT_EQ(c.facts.next_step, "First block after H");
  EXPECT_EQ(c.facts.carried.at("next_ordinal"), 5);
  const auto told = fold_all(c.events);
  EXPECT_FALSE(told.stopped);
  EXPECT_TRUE(std::ranges::none_of(told.steps, [](const auto& s) { return s.step.step == "resume"; }));
}

TEST_F(CheckpointFolder, OfAnEndedRunThatCarriedOutAllComesBeforeItsEnd) {
  end(StepOutcome::done);
  take_checkpoint_of_ended(run_, to_);
  const auto c = open_checkpoint(to_, {});
  EXPECT_EQ(c.facts.next_step, "the end of the run");
  const auto told = fold_all(c.events);
  EXPECT_FALSE(told.stopped);
  EXPECT_EQ(told.steps.back().step.step, "resume");
}

TEST_F(CheckpointFolder, OfAnEndedRunNeedsTheNetworkThatItKept) {
  const auto trouble = made::trouble_of([this] { take_checkpoint_of_ended(run_, to_); }, Blame::scenario);
  EXPECT_THAT(trouble, HasSubstr("has not kept its network"));
  EXPECT_FALSE(fs::exists(to_));
}

TEST_F(CheckpointFolder, OfAnEndedRunNeedsAllHomes) {
  end(StepOutcome::failed);
  fs::remove_all(run_ / "nodes/validator-2");
  EXPECT_THAT(made::trouble_of([this] { take_checkpoint_of_ended(run_, to_); }, Blame::scenario), HasSubstr("the home of validator-2 is gone"));
  EXPECT_FALSE(fs::exists(to_));
}

// What a killed run has left in its own folder is nobody's checkpoint, and goes with the next.
TEST_F(CheckpointFolder, AnUnfinishedOneIsMadeAnew) {
  folder_.write(std::string("run/") + kUnfinishedCheckpoint + "/nodes/half", "half");
  take();
  EXPECT_FALSE(fs::exists(to_ / "nodes/half"));
}

TEST_F(CheckpointFolder, IsRefusedForAnotherHarnessProfileOrPast) {
  EXPECT_THAT(refused(), HasSubstr("there is none"));
  take();
  CheckpointFacts wanted;
  wanted.harness_version = "another";
  EXPECT_THAT(refused(wanted), HasSubstr("another version of the harness"));
  wanted = {}, wanted.profile_digest = "another";
  EXPECT_THAT(refused(wanted), HasSubstr("another profile"));
  wanted = {}, wanted.past = "past-2";
  EXPECT_THAT(refused(wanted), HasSubstr("another past"));
  wanted = {}, wanted.from_sha256 = "0";
  EXPECT_THAT(refused(wanted), HasSubstr("another current release"));
}

TEST_F(CheckpointFolder, IsRefusedOnceItWasChanged) {
  take();
  folder_.write("checkpoints/past-1/nodes/validator-1/data/more", "");
  EXPECT_THAT(refused(), HasSubstr("it was changed"));
}

TEST_F(CheckpointFolder, IsRefusedOnceSomeOfItIsGone) {
  take();
  fs::remove(to_ / "events.jsonl");
  EXPECT_THAT(refused(), HasSubstr("it was changed"));
}

TEST_F(CheckpointFolder, IsRefusedWhenItsFactsAreNone) {
  take();
  folder_.write("checkpoints/past-1/checkpoint.json", "{}");
  EXPECT_THAT(refused(), HasSubstr("checkpoint.json is not one"));
}

TEST_F(CheckpointFolder, ThoseOfASuiteGoWithIt) {
  const auto all = folder_ / "suite/checkpoints";
  {
    const SuiteCheckpoints suite(all);
    take_checkpoint(run_, all / "past-1", "past-1", {});
    EXPECT_FALSE(remove_abandoned_checkpoints(all)) << "in use";
  }
  EXPECT_FALSE(fs::exists(all));
}

TEST_F(CheckpointFolder, WhatAKilledSuiteHasLeftIsRemoved) {
  const auto all = folder_ / "suite/checkpoints";
  EXPECT_FALSE(remove_abandoned_checkpoints(all)) << "there is none";
  folder_.write("suite/checkpoints/in-use", "");
  folder_.write("suite/checkpoints/past-1/nodes/a", "");
  EXPECT_TRUE(remove_abandoned_checkpoints(all));
  EXPECT_FALSE(fs::exists(all));
}

TEST_F(CheckpointFolder, ThePastEndsWhenTheRunWasAskedFor) {
  take();
  const auto c = open_checkpoint(to_, {});
  const auto before = fold_all(c.events);
  record::RunStarted own;
  own.scenario = "variant";
  own.invoked = before.last_seen + 600'000'000;
  const auto view = fold_all(past_of(c, own));
  EXPECT_EQ(view.run->scenario, "variant");
  EXPECT_EQ(view.last_seen, own.invoked);
  ASSERT_TRUE(view.forked);
  EXPECT_EQ(view.forked->phase, Phase::waiting);
  EXPECT_NEAR(view.forked->past_s, static_cast<double>(before.last_seen - before.run->invoked) / 1e6, 1e-9);
  EXPECT_NEAR(timing_of(view).wall_s, view.forked->past_s, 1e-9) << "what passed in between is of neither";
  EXPECT_EQ(view.milestones.at(MilestoneName::passed) - view.run->invoked,
            before.milestones.at(MilestoneName::passed) - before.run->invoked);
  for (const auto* n : view.all()) {
    EXPECT_FALSE(n->alive);
    ASSERT_FALSE(n->ends.empty());
    EXPECT_TRUE(n->ends.back().excused);
  }
}

TEST_F(CheckpointFolder, WhatTheOtherRunHadPlannedIsNotOfThePast) {
  record::FaultPlanned planned;
  planned.id = "1", planned.fault = "kill";
  append_to_journal(run_ / "events.jsonl", planned);
  take();
  EXPECT_TRUE(fold_all(past_of(open_checkpoint(to_, {}), {})).faults.empty());
}

}  // namespace
}  // namespace rehearse
