// State Difference: a record that vanishes is lost, unless something says where it went or that such go.
#include <gmock/gmock.h>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/diagnosis/rules.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using record::Outcome;
using record::PrefixChanges;
using record::StateChanges;
using testing::HasSubstr;

class StateDifferenceTest : public testing::Test {
 protected:
  // What the staking store shows beside the rest; in all of them a prefix of 10 keys before.
  void staking(std::vector<PrefixChanges> prefixes) {
    stores({{"staking", false, false, std::move(prefixes), ""}});
  }
  void stores(const std::vector<record::StoreChanges>& more) {
    auto& value = u_.answer(rehearse::kStopped, kStateChanges, "validator-1", made::kHeight).value;
    auto changes = value.get<StateChanges>();
    changes.at_upgrade.insert(changes.at_upgrade.end(), more.begin(), more.end());
    value = changes;
  }
  record::CheckResult found() { return item(u_.judged(), "State Difference"); }

  static PrefixChanges gone(std::int64_t keys, std::int64_t ordinary = 0) {
    return {"0x71", 0, keys, 0, -40 * keys, 10, keys, 0, ordinary, {"0x7101"}};
  }
  static PrefixChanges came(const std::string& prefix, std::int64_t keys) {
    return {prefix, keys, 0, 0, 40 * keys, 0, 0, keys, 0, {}};
  }

  made::Upgrade u_ = healthy();
};

TEST_F(StateDifferenceTest, IsPassedByAHealthyUpgradeAndSaysWhatChanged) {
  EXPECT_EQ(found().outcome, Outcome::pass);
  EXPECT_THAT(found().actual,
              HasSubstr("19 -> 20: 2 keys added, 1 removed, 4 changed in 3 stores, -50 bytes; new: group"));
  ASSERT_TRUE(u_.judged().state);
  EXPECT_EQ(u_.judged().state->at_upgrade.size(), 3u);
}

TEST_F(StateDifferenceTest, FailsWhenHalfOfTheRecordsAreGone) {
  staking({gone(5)});
  EXPECT_EQ(found().outcome, Outcome::fail);
  const auto run = u_.judged();
  EXPECT_EQ(run.verdict, "fail");
  EXPECT_EQ(run.diagnosis.value().cause, Cause::records_lost);
  EXPECT_EQ(run.diagnosis->first_evidence,
            "5 of 10 records of staking/0x71 vanished in the upgrade and stand nowhere else: 0x7101");
}

TEST_F(StateDifferenceTest, SaysOfAStoreThatIsDroppedWithAllThatItHeldThatItIsGone) {
  stores({{"tally", false, true, {gone(10)}, ""}});
  EXPECT_EQ(found().outcome, Outcome::pass);
  EXPECT_THAT(found().actual, HasSubstr("removed: tally"));
}

TEST_F(StateDifferenceTest, FailsWhenAStoreIsDroppedWhoseModuleGoesOnAnswering) {
  stores({{"tally", false, true, {gone(10)}, ""}});
  u_.all<record::Surveyed>().back()->answered.push_back("/example.tally.v1.Query/Votes");
  EXPECT_EQ(found().outcome, Outcome::fail);
}

// Of a module whose every query wants arguments, as x/feegrant.
TEST_F(StateDifferenceTest, FailsWhenAStoreIsDroppedWhoseModuleRefusesForWantOfArguments) {
  stores({{"tally", false, true, {gone(10)}, ""}});
  u_.all<record::Surveyed>().back()->served.push_back("/example.tally.v1.Query/Vote");
  EXPECT_EQ(found().outcome, Outcome::fail);
}

TEST_F(StateDifferenceTest, FailsWhenAnEmptyStoreIsTakenFromAModuleThatGoesOnAnswering) {
  auto& value = u_.answer(rehearse::kStopped, kStateChanges, "validator-1", made::kHeight).value;
  auto changes = value.get<StateChanges>();
  changes.at_upgrade = {{"group", true, false, {came("0x00", 1)}, ""}, {"tally", false, true, {}, ""}};
  value = changes;
  EXPECT_EQ(found().outcome, Outcome::pass) << "its module is gone";
  u_.all<record::Surveyed>().back()->served.push_back("/example.tally.v1.Query/Vote");
  EXPECT_EQ(found().outcome, Outcome::fail);
  EXPECT_THAT(found().message, HasSubstr("store tally is removed, and its module goes on answering"));
  changes.at_upgrade.push_back({"ledger", true, false, {}, ""});
  u_.answer(rehearse::kStopped, kStateChanges, "validator-1", made::kHeight).value = changes;
  EXPECT_EQ(found().outcome, Outcome::pass) << "it may have another name now";
}

TEST_F(StateDifferenceTest, FailsWhenAStoreIsMovedAndSomeOfItIsNot) {
  auto some = gone(4);
  some.removed = 10;
  stores({{"tally", false, true, {some}, ""}});
  EXPECT_EQ(found().outcome, Outcome::fail) << "six of ten stand elsewhere";
}

TEST_F(StateDifferenceTest, FailsWhenAStoreIsRemovedForANewOneThatHasHalfAsMany) {
  stores({{"ledger", true, false, {came("rec/", 5)}, ""}, {"votes", false, true, {gone(10)}, ""}});
  EXPECT_EQ(found().outcome, Outcome::fail);
}

// An ordinary block removes such, too: queues, and what is kept of the latest blocks only.
TEST_F(StateDifferenceTest, SaysNothingOfWhatOrdinaryBlocksRemove) {
  staking({gone(2, 1)});
  EXPECT_EQ(found().outcome, Outcome::pass);
  staking({gone(9, 1)});
  EXPECT_EQ(found().outcome, Outcome::fail);
}

// What blocks remove as it comes of age, and a parameter says after how long.
TEST_F(StateDifferenceTest, SaysNothingOfWhatIsKeptForLessOnPurpose) {
  const auto announced = [&](const std::string& parameter) {
    u_.all<record::RunStarted>().front()->conditions["changes"] = {{"parameters", {parameter}}};
    return found().outcome;
  };
  staking({gone(9, 1)});
  EXPECT_EQ(announced("staking.historical_entries"), Outcome::pass);
  EXPECT_EQ(announced("slashing.signed_blocks_window"), Outcome::fail);
  staking({gone(9)});
  EXPECT_EQ(announced("staking.historical_entries"), Outcome::fail) << "no block removes such";
}

TEST_F(StateDifferenceTest, SaysNothingOfRecordsThatAreAllWrittenAnewInTheirStoreOrANewOne) {
  staking({gone(10), came("0x81", 10)});
  EXPECT_EQ(found().outcome, Outcome::pass);
  stores({{"tally", false, true, {gone(10)}, ""}, {"ledger", true, false, {came("rec/", 12)}, ""}});
  EXPECT_EQ(found().outcome, Outcome::pass);
}

// As bits that had a record each and are now packed by the thousand.
TEST_F(StateDifferenceTest, SaysNothingOfRecordsThatAreAllPackedIntoFewerOfTheirKind) {
  auto packed = gone(10);
  packed.added = packed.come = 2;
  staking({packed});
  EXPECT_EQ(found().outcome, Outcome::pass);
  packed.come = 1;
  staking({packed});
  EXPECT_EQ(found().outcome, Outcome::fail) << "that one is of the block";
  packed.before = 20, packed.come = 2;
  staking({packed});
  EXPECT_EQ(found().outcome, Outcome::fail) << "half of them still stand as they did";
}

TEST_F(StateDifferenceTest, IsNotMisledByOtherRecordsThatCame) {
  staking({gone(5), came("0x81", 10)});
  EXPECT_EQ(found().outcome, Outcome::fail) << "half of them still stand as they did";
}

TEST_F(StateDifferenceTest, CountsWhatCameOnlyOnce) {
  stores({{"tally", false, true, {gone(10)}, ""},
          {"votes", false, true, {gone(10)}, ""},
          {"ledger", true, false, {came("rec/", 10)}, ""}});
  EXPECT_EQ(found().outcome, Outcome::fail);
}

TEST_F(StateDifferenceTest, SaysNothingOfWhatIsAnnounced) {
  const auto announced = [&](const std::string& name) {
    u_.all<record::RunStarted>().front()->conditions["changes"] = {{"records", {name}}};
    return found().outcome;
  };
  staking({gone(5)});
  EXPECT_THAT(found().actual, HasSubstr("changes: {records: [staking/0x71]}"));
  EXPECT_EQ(announced("staking/0x71"), Outcome::pass);
  EXPECT_EQ(announced("staking"), Outcome::pass);
  EXPECT_EQ(announced("staking/0x72"), Outcome::fail);
  EXPECT_EQ(announced("stak"), Outcome::fail);
}

TEST_F(StateDifferenceTest, IsSkippedWhereTheStateCannotBeRead) {
  auto& answer = u_.answer(rehearse::kStopped, kStateChanges, "validator-1", made::kHeight);
  answer.answered = false, answer.error = "application.db is a pebbledb";
  EXPECT_EQ(found().outcome, Outcome::skipped);
  EXPECT_EQ(found().message, "needs the state of a stopped node at H-1 and H: application.db is a pebbledb");
  EXPECT_FALSE(u_.judged().state);
}

TEST_F(StateDifferenceTest, IsSkippedWhereNotAllIsKnown) {
  stores({{"wasm", false, false, {gone(5)}, "more than 100000 keys of store wasm differ"}});
  EXPECT_EQ(found().outcome, Outcome::skipped);
}

TEST_F(StateDifferenceTest, SaysWhatBlocksDoNotWriteAnyMore) {
  const auto writes = [this](const record::BlockWrites& w) {
    auto& value = u_.answer(rehearse::kStopped, kStateChanges, "validator-1", made::kHeight).value;
    auto changes = value.get<StateChanges>();
    changes.writes = w;
    value = changes;
    return item(u_.judged(), "Block State Writes");
  };
  EXPECT_EQ(writes({6, 5, {}}).outcome, Outcome::pass);
  EXPECT_EQ(writes({0, 0, {}}).outcome, Outcome::skipped);
  EXPECT_EQ(writes({6, 5, {"slashing/0x01"}}).outcome, Outcome::fail);
  EXPECT_THAT(u_.judged().diagnosis.value().first_evidence, HasSubstr("no block since the upgrade writes slashing/0x01"));
  EXPECT_EQ(u_.judged().diagnosis->cause, Cause::check_failed);
  u_.all<record::RunStarted>().front()->conditions["changes"] = {{"records", {"slashing"}}};
  EXPECT_EQ(writes({6, 5, {"slashing/0x01"}}).outcome, Outcome::pass) << "as was announced";
  u_.all<record::RunStarted>().front()->conditions["changes"] = {{"parameters", {"slashing.signed_blocks_window"}}};
  EXPECT_EQ(writes({6, 5, {"slashing/0x01"}}).outcome, Outcome::pass) << "as a parameter that is announced wants it";
}

}  // namespace
}  // namespace rehearse
