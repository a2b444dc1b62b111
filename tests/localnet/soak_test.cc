// A soak on the real network: what it tried stands in its history, also when it was ended or killed in the middle.
#include <gmock/gmock.h>
#include <signal.h>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

using testing::HasSubstr;

class Soak : public ::testing::Test {
 protected:
  // Of plans that take seconds.
  Rehearsal soak(const char* lasts, const std::string& out) {
    const auto weights = scratch_.write("weights.yaml", "procedures: {cancelled: 1}\nfaults: {nothing: 1}\n");
    return Rehearsal(scratch_, {"soak", "--for", lasts, "--seed", "1", "--weights", weights.string(), "--history", history_.string(), "--out", (scratch_ / out).string()});
  }
  nlohmann::json told() {
    Rehearsal history(scratch_, {"history", history_.string(), "--format", "json"});
    EXPECT_EQ(history.wait(), 0);
    return nlohmann::json::parse(history.output());
  }
  const Scratch scratch_;
  const fs::path history_ = scratch_ / "nights.db";
};

TEST_F(Soak, KeepsWhatCameOfEachPlanAndLeavesNothingOfThosePassed) {
  auto night = soak("1s", "first");
  ASSERT_EQ(night.wait(), 0) << night.output();
  EXPECT_THAT(night.output(), HasSubstr("   1  cancelled; plan-"));
  EXPECT_EQ(told().at("iterations"), 1);
  EXPECT_TRUE(fs::is_empty(scratch_ / "first")) << "the history has it all";
}

TEST_F(Soak, GoesOnAfterASignalAndAfterItsKill) {
  auto ended = soak("1h", "ended");
  ASSERT_TRUE(ended.said("cancelled; plan-"));
  ::kill(ended.pid(), SIGTERM);
  EXPECT_EQ(ended.wait(std::chrono::seconds(30)), 128 + SIGTERM);
  EXPECT_EQ(told().at("iterations"), 0) << "one that was interrupted proves nothing";

  auto killed = soak("1h", "killed");
  ASSERT_TRUE(killed.said("cancelled; plan-"));
  ::kill(killed.pid(), SIGKILL);
  killed.wait();
  heal(scratch_);

  auto again = soak("1s", "again");
  EXPECT_EQ(again.wait(), 0) << again.output();
  EXPECT_THAT(again.output(), HasSubstr("of an earlier soak was interrupted"));
  EXPECT_EQ(told().at("iterations"), 1);
  EXPECT_EQ(told().at("nights").size(), 3u);
}

}  // namespace
}  // namespace rehearse::localnet
