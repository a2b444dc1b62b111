// The smallest set with which a failure stays, and how many tries it takes.
#include "harness/repro/smallest.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Searched {
  Chosen found;
  int tries = 0;
};

Searched search(std::size_t count, const Chosen& needed) {
  Searched s;
  s.found = smallest(count, [&](const Chosen& some) {
    ++s.tries;
    return std::ranges::includes(some, needed);
  });
  return s;
}

TEST(Smallest, IsWhatTheFailureNeeds) {
  for (std::size_t a = 0; a < 12; ++a)
    for (std::size_t b = a + 1; b < 12; ++b) {
      const auto s = search(12, {a, b});
      EXPECT_THAT(s.found, ElementsAre(a, b));
      EXPECT_LE(s.tries, 25);
    }
  EXPECT_THAT(search(1, {0}).found, ElementsAre(0));
}

TEST(Smallest, IsNothingWhereNothingMatters) {
  const auto s = search(12, {});
  EXPECT_THAT(s.found, IsEmpty());
  EXPECT_EQ(s.tries, 1);
  EXPECT_THAT(search(0, {}).found, IsEmpty());
}

TEST(Smallest, IsAllWhereAllMatters) { EXPECT_THAT(search(4, {0, 1, 2, 3}).found, ElementsAre(0, 1, 2, 3)); }

// Either of two will do, but the first only without the third.
TEST(Smallest, FailsWhateverHindersWhat) {
  const auto fails = [](const Chosen& some) {
    const auto has = [&](std::size_t i) { return std::ranges::binary_search(some, i); };
    return has(1) || (has(0) && !has(2));
  };
  const auto found = smallest(3, fails);
  EXPECT_TRUE(fails(found));
  EXPECT_EQ(found.size(), 1U);
}

}  // namespace
}  // namespace rehearse
