// What procedures wait for, against made journals.
#include "harness/engine/goals.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

constexpr auto kFirst = made::kHeight + 2;

// The made journal, in which the rehearsal's transactions are in these blocks and no others.
NetworkView with_transactions(const std::vector<std::int64_t>& heights) {
  auto v = made::healthy().view();
  v.tried.clear();
  for (const auto h : heights) v.tried.emplace_back().height = h;
  return v;
}

bool is_past(std::size_t count, const NetworkView& v) { return !past_blocks_without_transactions(kFirst, count)(v).has_value(); }

// The highest is not gone past.
constexpr std::size_t kAll = made::kLast - kFirst;

TEST(BlocksWithoutTransactions, AreThoseThatAreGonePast) {
  EXPECT_TRUE(is_past(kAll, with_transactions({})));
  EXPECT_FALSE(is_past(kAll + 1, with_transactions({})));
}

TEST(BlocksWithoutTransactions, AreNeitherOnesWithThemNorTheNext) {
  EXPECT_TRUE(is_past(kAll - 2, with_transactions({kFirst})));
  EXPECT_FALSE(is_past(kAll - 1, with_transactions({kFirst})));
  EXPECT_FALSE(is_past(kAll, with_transactions({kFirst - 1}))) << "the block below has some";
}

TEST(BlocksWithoutTransactions, AreNotFewerForWhatIsInNoBlockOrFurtherDown) {
  EXPECT_TRUE(is_past(kAll, with_transactions({0, kFirst - 2})));
}

TEST(BlocksWithoutTransactions, SayHowManyThereAre) {
  const auto unmet = past_blocks_without_transactions(kFirst, kAll + 1)(with_transactions({}));
  ASSERT_TRUE(unmet);
  EXPECT_EQ(unmet->seen, std::to_string(kAll) + " of " + std::to_string(kAll + 1));
}

}  // namespace
}  // namespace rehearse
