// What each block wrote before an upgrade and none does since.
#include "harness/run/block_writes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <leveldb/db.h>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/made_state.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kUpgrade = 10, kLast = 15;

class BlockWritesTest : public testing::Test {
 protected:
  // Each block counts missed blocks and mints; a record of the ledger is written where a transaction is.
  void block(const std::string& missed_by = "\x01", bool mints = true) {
    const auto height = state_.height() + 1;
    if (!missed_by.empty()) slashing().set(missed_by + "validator-1", fmt::format("missed {}", height));
    if (mints) state_.store("bank").set(std::string(1, '\0') + "uve", fmt::format("supply {}", height));
    if (transactions_.contains(height)) state_.store("bank").set("\x02" "alice", fmt::format("balance {}", height));
    state_.commit();
  }
  void blocks(std::int64_t until, const std::string& missed_by = "\x01", bool mints = true) {
    while (state_.height() < until) block(missed_by, mints);
  }
  made::Store& slashing() { return state_.store("slashing"); }

  record::BlockWrites found(std::vector<record::StoreChanges> at_upgrade = {}) {
    state_.close();
    leveldb::Options options;
    options.create_if_missing = true;
    leveldb::DB* blocks = nullptr;
    EXPECT_TRUE(leveldb::DB::Open(options, (folder_ / "blockstore.db").string(), &blocks).ok());
    for (std::int64_t h = 1; h <= kLast; ++h) {
      const std::string meta = transactions_.contains(h) ? std::string("\x10\x64\x20\x01", 4) : std::string("\x10\x64", 2);
      EXPECT_TRUE(blocks->Put({}, fmt::format("H:{}", h), meta).ok());
    }
    delete blocks;
    const auto state = ApplicationState::open(folder_ / "state", folder_ / "copy");
    const auto blockstore = Database::open(folder_ / "blockstore.db", folder_ / "copy-blocks");
    record::StateChanges heights;
    heights.before = kUpgrade - 1, heights.upgrade = kUpgrade, heights.last = kLast, heights.at_upgrade = std::move(at_upgrade);
    return block_writes(*state, *blockstore, heights, [this](std::int64_t height) { return !of_absent_.contains(height); });
  }

  made::TempFolder folder_;
  made::State state_{folder_ / "state"};
  std::set<std::int64_t> transactions_, of_absent_;  // heights
};

TEST_F(BlockWritesTest, FindNothingWhereBlocksDoAsBefore) {
  blocks(kLast);
  const auto writes = found();
  EXPECT_EQ(writes.before, 6);
  EXPECT_EQ(writes.since, 5);
  EXPECT_THAT(writes.stopped, IsEmpty());
}

TEST_F(BlockWritesTest, FindAModuleThatIsNotRunAnyMore) {
  blocks(kUpgrade);
  blocks(kLast, "");
  EXPECT_THAT(found().stopped, ElementsAre("slashing/0x01"));
}

TEST_F(BlockWritesTest, FindCoinsThatAreNotMintedAnyMore) {
  blocks(kUpgrade);
  blocks(kLast, "\x01", false);
  EXPECT_THAT(found().stopped, ElementsAre("bank/0x00"));
}

TEST_F(BlockWritesTest, SayNothingOfWhatTransactionsWrote) {
  transactions_ = {3, 8};
  blocks(kLast);
  const auto writes = found();
  EXPECT_EQ(writes.before, 4) << "2, 5, 6 and 7: what a block leaves is dealt with in the next";
  EXPECT_THAT(writes.stopped, IsEmpty());
}

TEST_F(BlockWritesTest, SayNothingWhereEachBlockBeforeHadTransactions) {
  for (int h = 1; h <= kUpgrade; ++h) transactions_.insert(h);
  blocks(kUpgrade);
  blocks(kLast, "");
  EXPECT_EQ(found().before, 0);
}

TEST_F(BlockWritesTest, FindItBesideTransactionsThatWriteTheSame) {
  transactions_ = {11, 12};
  blocks(kUpgrade);
  while (state_.height() < kLast) {
    if (transactions_.contains(state_.height() + 1)) slashing().set("\x01validator-1", "an unjail");
    block("");
  }
  const auto writes = found();
  EXPECT_EQ(writes.since, 2);
  EXPECT_THAT(writes.stopped, ElementsAre("slashing/0x01"));
}

TEST_F(BlockWritesTest, TakeWhatIsMovedToAnotherKeyForTheSame) {
  blocks(kUpgrade);
  blocks(kLast, "\x09");
  EXPECT_THAT(found({{"slashing", false, false, {{"0x01", 0, 1, 0, 0, 1, 0, 0, 0, {}}}, ""}}).stopped, IsEmpty());
}

TEST_F(BlockWritesTest, DoNotTakeWhatIsNewForWhatIsMissing) {
  blocks(kUpgrade);
  blocks(kLast, "\x09");
  EXPECT_THAT(found({{"feemarket", true, false, {}, ""}}).stopped, ElementsAre("slashing/0x01"));
}

TEST_F(BlockWritesTest, CountWhatIsWrittenWithTheSameValue) {
  while (state_.height() < kLast) {
    slashing().set("\x01validator-1", state_.height() < kUpgrade ? fmt::format("{}", state_.height()) : "at its floor");
    state_.commit();
  }
  EXPECT_THAT(found().stopped, IsEmpty());
}

TEST_F(BlockWritesTest, LookAtBlocksOnlyThatAllHaveSigned) {
  for (int h = 2; h < kUpgrade; ++h) of_absent_.insert(h);
  blocks(kUpgrade);
  blocks(kLast, "");
  EXPECT_EQ(found().before, 0);
}

TEST_F(BlockWritesTest, SayNothingOfAStoreThatIsRemoved) {
  blocks(kUpgrade);
  blocks(kLast, "");
  EXPECT_THAT(found({{"slashing", false, true, {}, ""}}).stopped, IsEmpty());
}

}  // namespace
}  // namespace rehearse
