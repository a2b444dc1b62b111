#include "harness/view/starvation.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

// Samples of validator-2, two a second from second 10 on, of a process that waits for that part of the time.
made::Upgrade waiting(double share, int seconds) {
  auto u = made::healthy();
  for (int i = 0; i <= 2 * seconds; ++i)
    u.add(10 + 0.5 * i, "validator-2", record::Sampled{120'000'000, 1, 0.5 * i * share});
  return u;
}

Micros second(double s) { return made::micros(s); }

TEST(Starvation, IsOfTheNodeThatWaitedForAProcessorMostOfTheTime) {
  const auto found = starved_since(waiting(0.71, 6).view(), second(10));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->node, "validator-2");
  EXPECT_EQ(in_words(found),
            "; validator-2 waited for a processor 71 % of the time: the machine is too slow");
}

// Its threads are counted together.
TEST(Starvation, IsSaidToBeNoMoreThanAllTheTime) {
  EXPECT_THAT(in_words(starved_since(waiting(2.5, 6).view(), second(10))), testing::HasSubstr(" 100 % "));
}

TEST(Starvation, IsNoneWhereNodesWaitForATimeAsOnAnyMachine) {
  EXPECT_FALSE(starved_since(waiting(0.3, 6).view(), second(10)));
  EXPECT_EQ(in_words(std::nullopt), "");
}

TEST(Starvation, IsNoneOfABurstOrOfAnEarlierTime) {
  EXPECT_FALSE(starved_since(waiting(0.9, 2).view(), second(10)));
  EXPECT_FALSE(starved_since(waiting(0.9, 6).view(), second(16)));
}

// What an earlier process had waited is no part of it.
TEST(Starvation, BeginsAnewWithEachProcess) {
  auto u = made::healthy();
  for (int i = 0; i < 10; ++i) {
    u.add(10 + i, "validator-2", record::ProcessStarted{100 + i, "stockd"});
    u.add(10.5 + i, "validator-2", record::Sampled{120'000'000, 1, i % 2 ? 0.0 : 30.0});
  }
  EXPECT_FALSE(starved_since(u.view(), second(10)));
}

}  // namespace
}  // namespace rehearse
