// What became of records between two heights: where they went, and which are nowhere.
#include "localnet/state/changes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/made_state.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string record_key(const std::string& prefix, int i) { return fmt::format("{}record-{:04}", prefix, i); }
std::string record_value(int i) { return fmt::format("the value of record {}", i); }

class ChangedRecordsTest : public testing::Test {
 protected:
  ChangedRecordsTest() {
    for (int i = 0; i < 100; ++i) ledger().set(record_key("\x21", i), record_value(i));
    state_.store("acc").set("a", "1");
    state_.commit();
  }
  made::Store& ledger() { return state_.store("ledger"); }
  ChangedRecords changes() {
    state_.commit();
    open();
    return changed_records(*read_, state_.height() - 1, state_.height());
  }
  void open() {
    state_.close();
    read_ = std::move(ApplicationState::open(folder_ / "state", folder_ / "copy").value);
    ASSERT_TRUE(read_);
  }

  made::TempFolder folder_;
  made::State state_{folder_ / "state"};
  std::optional<ApplicationState> read_;
};

TEST_F(ChangedRecordsTest, FindNothingWhereNothingChanged) {
  const auto found = changes();
  EXPECT_EQ(found.trouble, "");
  EXPECT_THAT(found.stores, IsEmpty());
}

TEST_F(ChangedRecordsTest, AreCountedByStoreAndPrefix) {
  ledger().set(record_key("\x21", 3), "another value");
  ledger().set(record_key("\x21", 100), "a new value");
  ledger().set("params/max", "10");
  ledger().set("params/min", "1");
  const auto found = changes();
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_EQ(found.stores[0].store, "ledger");
  const auto& records = found.stores[0].below.at("\x21");
  EXPECT_EQ(records.prefix, "\x21record-0");
  EXPECT_EQ(records.added, 1);
  EXPECT_EQ(records.changed, 1);
  EXPECT_EQ(records.removed, 0);
  const auto& params = found.stores[0].below.at("params/");
  EXPECT_EQ(params.prefix, "params/m");
  EXPECT_EQ(params.added, 2);
  EXPECT_EQ(params.bytes, 23);
}

TEST_F(ChangedRecordsTest, AreGoneWhenNeitherKeyNorValueStandsAnywhere) {
  for (int i = 0; i < 100; i += 2) ledger().remove(record_key("\x21", i));
  ledger().set("\x22", "something else of the upgrade");
  const auto found = changes();
  const auto& below = found.stores[0].below.at("\x21");
  EXPECT_EQ(below.removed, 50);
  EXPECT_EQ(below.gone, 50);
  EXPECT_THAT(below.examples,
              ElementsAre(record_key("\x21", 0), record_key("\x21", 2), record_key("\x21", 4)));
  EXPECT_EQ(found.stores[0].below.at("\x22").come, 1);
}

TEST_F(ChangedRecordsTest, AreNotGoneBelowAnotherKeyWithTheirValue) {
  for (int i = 0; i < 100; ++i) {
    ledger().remove(record_key("\x21", i));
    ledger().set(fmt::format("records/{}", i), record_value(i));
  }
  const auto found = changes();
  EXPECT_EQ(found.stores[0].below.at("\x21").removed, 100);
  EXPECT_EQ(found.stores[0].below.at("\x21").gone, 0);
  EXPECT_EQ(found.stores[0].below.at("records/").come, 0);
}

TEST_F(ChangedRecordsTest, AreNotGoneInAnotherStoreWithTheirKey) {
  for (int i = 0; i < 100; ++i) state_.store("register").set(record_key("\x21", i), fmt::format("{}", i));
  state_.drop("ledger");
  const auto found = changes();
  ASSERT_EQ(found.stores.size(), 2u);
  EXPECT_TRUE(found.stores[0].removed);
  EXPECT_EQ(found.stores[0].below.at("\x21").removed, 100);
  EXPECT_EQ(found.stores[0].below.at("\x21").gone, 0);
  EXPECT_TRUE(found.stores[1].added);
}

TEST_F(ChangedRecordsTest, AreAllGoneWithAStoreThatIsRemoved) {
  state_.drop("ledger");
  EXPECT_EQ(changes().stores[0].below.at("\x21").gone, 100);
}

// Entries of an index have no value of their own.
TEST_F(ChangedRecordsTest, WithoutAValueAreFoundByTheRestOfTheirKey) {
  for (int i = 0; i < 10; ++i) ledger().set(record_key("\x31", i), "\x01");
  state_.commit();
  for (int i = 0; i < 10; ++i) ledger().remove(record_key("\x31", i));
  for (int i = 0; i < 5; ++i) ledger().set(record_key("\x32", i), "\x01");
  const auto found = changes();
  EXPECT_EQ(found.stores[0].below.at("\x31").gone, 5);
  EXPECT_EQ(found.stores[0].below.at("\x32").come, 0);
}

TEST_F(ChangedRecordsTest, WithEqualValuesAreNotAllFoundInOne) {
  for (int i = 0; i < 10; ++i) ledger().set(record_key("\x31", i), "the same value");
  state_.commit();
  for (int i = 0; i < 10; ++i) ledger().remove(record_key("\x31", i));
  ledger().set("all", "the same value");
  EXPECT_EQ(changes().stores[0].below.at("\x31").gone, 9);
}

TEST_F(ChangedRecordsTest, SayWhyAHeightCannotBeRead) {
  state_.commit();
  open();
  EXPECT_THAT(changed_records(*read_, 2, 7).trouble, HasSubstr("height 7 is not in it"));
}

TEST_F(ChangedRecordsTest, AreCountedBelowAPrefixWithoutReadingThem) {
  ledger().set("\x20", "before");
  ledger().set("\x22", "after");
  ledger().set("\xff\xff", "last");
  state_.commit();
  open();
  const auto below = [&](std::string_view prefix, std::int64_t height) {
    return records_below(*read_, "ledger", height, prefix).value;
  };
  EXPECT_EQ(below("\x21", 2), 100);
  EXPECT_EQ(below("\x21record-000", 2), 10);
  EXPECT_EQ(below("\x20", 2), 1);
  EXPECT_EQ(below("\x20", 1), 0);
  EXPECT_EQ(below("\xff", 2), 1);
  EXPECT_EQ(below("", 2), 103);
  EXPECT_THAT(records_below(*read_, "ledger", 9, "a").trouble, HasSubstr("height 9 is not in it"));
}

}  // namespace
}  // namespace rehearse
