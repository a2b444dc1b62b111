// A soak on the real network: what it tried stands in its history, also when it was ended or killed in the middle.
#include <gmock/gmock.h>
#include <signal.h>

#include "localnet/process/proc.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Soak : public ::testing::Test {
 protected:
  // Of plans that take seconds.
  Rehearsal soak(const Scratch& of_it, const char* lasts) { return soak(of_it, lasts, of_it / "out"); }
  Rehearsal soak(const Scratch& of_it, const char* lasts, const fs::path& out) {
    const auto weights = scratch_.write("weights.yaml", "procedures: {cancelled: 1}\nfaults: {nothing: 1}\n");
    return Rehearsal(of_it, {"soak", "--for", lasts, "--seed", "1", "--weights", weights.string(), "--history", history_.string(), "--out", out.string()});
  }
  // One of its plans is being carried out.
  static bool began(const Scratch& of_it) {
    return until(std::chrono::seconds(60), [&] {
      std::error_code none;
      for (const auto& entry : fs::directory_iterator(of_it / "out", none))
        if (fs::exists(entry.path() / "events.jsonl")) return true;
      return false;
    });
  }
  nlohmann::json told() {
    const auto out = scratch_ / "told.json";
    EXPECT_EQ(Rehearsal(scratch_, {"history", history_.string(), "--format", "json", "--out", out.string()}).wait(), 0);
    return nlohmann::json::parse(read(out));
  }
  const Scratch scratch_;
  const fs::path history_ = scratch_ / "nights.db";
};

TEST_F(Soak, KeepsWhatCameOfEachPlanAndLeavesNothingOfThosePassed) {
  auto night = soak(scratch_, "1s");
  ASSERT_EQ(night.wait(), 0) << night.output();
  EXPECT_THAT(night.output(), HasSubstr("   1  cancelled; plan-"));
  EXPECT_EQ(told().at("iterations"), 1);
  EXPECT_TRUE(fs::is_empty(scratch_ / "out")) << "the history has it all";
}

TEST_F(Soak, GoesOnAfterASignalAndAfterItsKill) {
  const Scratch first, second, third;
  auto ended = soak(first, "1h");
  ASSERT_TRUE(began(first));
  ::kill(ended.pid(), SIGTERM);
  EXPECT_EQ(ended.wait(std::chrono::seconds(30)), 128 + SIGTERM);
  const auto night = told().at("nights").at(0);
  EXPECT_EQ(night.at("interrupted"), 1);
  EXPECT_EQ(night.at("passed"), 0) << "one that was interrupted proves nothing";

  auto killed = soak(second, "1h");
  ASSERT_TRUE(began(second));
  for (const int harness : children_of(killed.pid())) ::kill(harness, SIGKILL);
  killed.wait();
  heal(second);

  auto again = soak(third, "1s", second / "out");
  EXPECT_EQ(again.wait(), 0) << again.output();
  EXPECT_THAT(again.output(), AllOf(HasSubstr("of an earlier soak was interrupted"), HasSubstr("removed: it was interrupted")));
  EXPECT_TRUE(fs::is_empty(second / "out"));
  const auto nights = told().at("nights");
  ASSERT_EQ(nights.size(), 3u);
  EXPECT_EQ(nights[1].at("interrupted"), 1);
  EXPECT_EQ(nights[2].at("passed"), 1);
}

}  // namespace
}  // namespace rehearse::localnet
