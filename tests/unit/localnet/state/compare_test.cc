#include "localnet/state/compare.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/made_state.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string numbered(int i) { return fmt::format("key{:05}", i); }

// "key: left -> right", "-" where there is none.
std::vector<std::string> lines(const StoreDifference& store) {
  std::vector<std::string> all;
  const auto text = [](const auto& value) { return value ? value->bytes : std::string("-"); };
  for (const auto& k : store.keys) all.push_back(fmt::format("{}: {} -> {}", k.key, text(k.left), text(k.right)));
  return all;
}

// Two nodes that have the first height in common.
class CompareStates : public testing::Test {
 protected:
  void common(int keys) {
    for (int i = 0; i < keys; ++i) a_.store("bank").set(numbered(i), "same");
    a_.store("acc").set("a", "1");
    a_.commit();
    b_.emplace(a_.copy(folder_ / "b"));
  }
  made::State& b() { return *b_; }
  StateDifference compared(const CompareLimits& limits = {}) {
    a_.commit();
    b().commit();
    open();
    return compare({*left_, left_->latest().value.value()}, {*right_, right_->latest().value.value()}, limits);
  }
  void open() {
    a_.close();
    b().close();
    left_ = std::move(ApplicationState::open(folder_ / "a", folder_ / "copy-a").value);
    right_ = std::move(ApplicationState::open(folder_ / "b", folder_ / "copy-b").value);
    ASSERT_TRUE(left_ && right_);
  }

  made::TempFolder folder_;
  made::State a_{folder_ / "a"};
  std::optional<made::State> b_;
  std::optional<ApplicationState> left_, right_;
};

TEST_F(CompareStates, FindsNothingInEqualOnes) {
  common(1000);
  for (auto* state : {&a_, &b()}) state->store("bank").set(numbered(500), "both");
  const auto found = compared();
  EXPECT_EQ(found.trouble, "");
  EXPECT_THAT(found.stores, IsEmpty());
  EXPECT_EQ(found.equal, 2u);
}

TEST_F(CompareStates, FindsTheKeysThatDiffer) {
  common(2000);
  b().store("bank").set(numbered(7), "other");
  b().store("bank").set(numbered(1234), "other");
  const auto found = compared();
  ASSERT_EQ(found.stores.size(), 1u);
  const auto& bank = found.stores.front();
  EXPECT_EQ(bank.store, "bank");
  EXPECT_THAT(lines(bank), ElementsAre("key00007: same -> other", "key01234: same -> other"));
  EXPECT_EQ(bank.changed, 2);
  EXPECT_EQ(bank.count(), 2);
  EXPECT_EQ(bank.rewritten, 0);
  EXPECT_EQ(bank.keys.front().left->written, 1);
  EXPECT_EQ(bank.keys.front().right->written, 2);
  EXPECT_EQ(bank.trouble, "");
  EXPECT_LT(bank.nodes_read, 150u);  // of 4,000 on either side
}

TEST_F(CompareStates, FindsKeysOfOneSide) {
  common(1000);
  a_.store("bank").set("key00100b", "left");
  b().store("bank").remove(numbered(500));
  b().store("bank").set("zzz", "right");
  b().store("bank").set("aaa", "right");
  const auto found = compared();
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_THAT(lines(found.stores[0]),
              ElementsAre("aaa: - -> right", "key00100b: left -> -", "key00500: same -> -", "zzz: - -> right"));
  EXPECT_EQ(found.stores[0].only_left, 2);
  EXPECT_EQ(found.stores[0].only_right, 2);
  EXPECT_LT(found.stores[0].nodes_read, 400u);
}

// Many changes shift the trees against each other; what is found is what a list of all keys would show.
TEST_F(CompareStates, FindsWhatAListOfAllKeysWould) {
  common(600);
  std::map<std::string, std::string> left, right;
  for (int i = 0; i < 600; ++i) left[numbered(i)] = right[numbered(i)] = "same";
  for (unsigned i = 1, random = 12345; i <= 150; ++i) {
    random = random * 1664525u + 1013904223u;
    auto& state = i % 3 ? b() : a_;
    auto& model = i % 3 ? right : left;
    const auto key = numbered(static_cast<int>(random >> 8) % 700);
    if (random & 0x40) {
      state.store("bank").remove(key);
      model.erase(key);
    } else {
      const auto value = "v" + std::to_string(i);
      state.store("bank").set(key, value);
      model[key] = value;
    }
  }
  std::vector<std::string> expected;
  auto keys = left;
  keys.insert(right.begin(), right.end());
  for (const auto& [key, value] : keys) {
    const auto a = left.count(key) ? left[key] : "-", b = right.count(key) ? right[key] : "-";
    if (a != b) expected.push_back(fmt::format("{}: {} -> {}", key, a, b));
  }
  const auto found = compared({1000, 100'000, 100});
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_EQ(found.stores[0].rewritten, 0);
  EXPECT_EQ(lines(found.stores[0]), expected);
}

// The same value written again is another node, and another hash.
TEST_F(CompareStates, TellsValuesThatWereWrittenAgain) {
  common(100);
  b().store("bank").set(numbered(3), "same");
  b().store("bank").set(numbered(9), "other");
  const auto found = compared();
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_EQ(found.stores[0].rewritten, 1);
  EXPECT_EQ(found.stores[0].changed, 1);
  EXPECT_THAT(lines(found.stores[0]), ElementsAre("key00009: same -> other", "key00003: same -> same"));
  EXPECT_FALSE(found.stores[0].only_shape());
}

TEST_F(CompareStates, TellsTreesThatDifferInTheirShapeOnly) {
  common(100);
  b().store("bank").set("key00050b", "for a moment");
  b().store("bank").remove("key00050b");
  const auto found = compared();
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_TRUE(found.stores[0].only_shape());
}

TEST_F(CompareStates, CountsWhatIsBeyondItsLimits) {
  common(1000);
  for (int i = 0; i < 100; ++i) b().store("bank").set(numbered(i * 10), std::string(5000, 'x'));
  const auto found = compared({20, 100'000, 16});
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_EQ(found.stores[0].changed, 100);
  EXPECT_EQ(found.stores[0].keys.size(), 20u);
  EXPECT_TRUE(found.stores[0].cut());
  EXPECT_EQ(found.stores[0].keys[0].right->bytes, std::string(16, 'x'));
  EXPECT_EQ(found.stores[0].keys[0].right->size, 5000u);
  EXPECT_TRUE(found.stores[0].keys[0].right->cut());
  EXPECT_FALSE(found.stores[0].keys[0].left->cut());
  EXPECT_EQ(found.stores[0].trouble, "");
}

TEST_F(CompareStates, SaysWhereItGaveUp) {
  common(1000);
  for (int i = 0; i < 1000; i += 2) b().store("bank").set(numbered(i), "other");
  const auto found = compared({20, 200, 16});
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_THAT(found.stores[0].trouble, HasSubstr("more differs than 200 nodes"));
  EXPECT_GT(found.stores[0].changed, 0);
  EXPECT_LT(found.stores[0].nodes_read, 210u);
}

// The whole store is not read to be counted.
TEST_F(CompareStates, CountsAStoreThatOnlyOneHas) {
  common(10);
  for (int i = 0; i < 2000; ++i) b().store("group").set(numbered(i), "new");
  const auto found = compared();
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_EQ(found.stores[0].store, "group");
  EXPECT_EQ(found.stores[0].left_hash, "");
  EXPECT_EQ(found.stores[0].only_right, 2000);
  EXPECT_EQ(found.stores[0].keys.size(), 50u);
  EXPECT_LT(found.stores[0].nodes_read, 150u);
}

TEST_F(CompareStates, OfOneNodeAtTwoHeightsIsWhatTheBlockChanged) {
  common(2000);
  a_.store("bank").set(numbered(77), "migrated");
  a_.store("bank").set("params", "new");
  a_.store("group").set("seq", "1");
  a_.drop("acc");
  a_.commit();
  open();
  const auto found = compare({*left_, 1}, {*left_, 2}, {});
  ASSERT_EQ(found.stores.size(), 3u);
  EXPECT_EQ(found.stores[0].store, "acc");
  EXPECT_EQ(found.stores[0].only_left, 1);
  EXPECT_THAT(lines(found.stores[1]), ElementsAre("key00077: same -> migrated", "params: - -> new"));
  EXPECT_EQ(found.stores[2].only_right, 1);
  EXPECT_LT(found.stores[1].nodes_read, 100u);
}

TEST_F(CompareStates, SaysWhichStoreWasPruned) {
  common(10);
  a_.store("bank").set(numbered(1), "left");
  b().store("bank").set(numbered(1), "right");
  a_.commit();
  b().commit();
  a_.store("bank").set(numbered(1), "next");
  a_.commit();
  a_.prune("bank", 2);
  open();
  const auto found = compare({*left_, 2}, {*right_, 2}, {});
  ASSERT_EQ(found.stores.size(), 1u);
  EXPECT_THAT(found.stores[0].trouble, HasSubstr("height 2 of store bank was pruned"));
  EXPECT_FALSE(found.stores[0].only_shape());
}

TEST_F(CompareStates, SaysThatOneIsNotThatFar) {
  common(10);
  a_.commit();
  open();
  EXPECT_THAT(compare({*left_, 2}, {*right_, 2}, {}).trouble, HasSubstr("height 2 is not in it; the latest is 1"));
}

}  // namespace
}  // namespace rehearse
