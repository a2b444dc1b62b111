// Who stands still is asked where it is: on a network that is fed by hand, at times that are made.
#include "harness/engine/stall_watch.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;

class StallWatchTest : public made::RehearsalTest {
 protected:
  // Both have halted for a plan, and run the new binary.
  void switched() {
    for (const char* node : {"a", "b"}) {
      at(node, 20);
      r_.upgrade_info(node, {"two", 20});
      r_.process_ended(node, "maded", {0, 0}, {});
      r_.process_started(node, 2, "maded");
      at(node, 21);
    }
  }
  // How many were asked for their consensus' state when this time has gone by since the first look.
  long asked_after(std::chrono::milliseconds gone) {
    watch_.advance(begin_ + gone);
    const auto asked = std::ranges::count_if(http_.sent, [](const HttpRequest& q) {
      return q.url.find("dump_consensus_state") != std::string::npos;
    });
    http_.sent.clear();
    return asked;
  }

  StallWatch watch_{r_};
  const StallWatch::Clock::time_point begin_ = StallWatch::Clock::now();
};

TEST_F(StallWatchTest, AsksWhoHasStoodForThreeSecondsAndThenEachSecond) {
  switched();
  EXPECT_EQ(asked_after(0s), 0);
  EXPECT_EQ(asked_after(2900ms), 0);
  EXPECT_EQ(asked_after(3s), 2);
  EXPECT_EQ(asked_after(3500ms), 0);
  EXPECT_EQ(asked_after(4s), 2);
}

TEST_F(StallWatchTest, AsksNobodyWhoMakesBlocks) {
  switched();
  asked_after(0s);
  at("a", 22);
  EXPECT_EQ(asked_after(2900ms), 0);
  EXPECT_EQ(asked_after(3100ms), 1) << "b alone";
  at("b", 22);
  EXPECT_EQ(asked_after(5s), 0) << "a has stood since 2.9 s, b since now";
}

TEST_F(StallWatchTest, AsksNobodyBeforeTheHalt) {
  for (const char* node : {"a", "b"}) at(node, 20);
  asked_after(0s);
  EXPECT_EQ(asked_after(1min), 0);
}

TEST_F(StallWatchTest, HasMorePatienceWithLongerBlocks) {
  for (std::int64_t height = 10; height < 20; ++height) {
    Block b;
    b.height = height;
    b.time = height * 500'000;
    r_.block("a", b);
  }
  switched();
  asked_after(0s);
  EXPECT_EQ(asked_after(9900ms), 0) << "20 intervals of half a second";
  EXPECT_EQ(asked_after(10s), 2);
}

}  // namespace
}  // namespace rehearse
