#include "localnet/state/application_state.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <leveldb/db.h>

#include "localnet/base/sha256.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/made_state.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string value_at(const ApplicationState& state, std::int64_t height, const std::string& key) {
  const auto found = state.value("bank", height, key);
  return found ? *found : found.trouble.empty() ? "none" : found.trouble;
}

class ApplicationStateTest : public testing::Test {
 protected:
  ApplicationState open() {
    made_.close();
    auto state = ApplicationState::open(folder_ / "application.db", folder_ / "copy");
    EXPECT_TRUE(state) << state.trouble;
    return std::move(*state.value);
  }

  // Into the database as it is, without a commit.
  void put(const std::map<std::string, std::string>& all) {
    made_.close();
    leveldb::DB* plain = nullptr;
    ASSERT_TRUE(leveldb::DB::Open({}, folder_ / "application.db", &plain).ok());
    const std::unique_ptr<leveldb::DB> db(plain);
    for (const auto& [key, value] : all) ASSERT_TRUE(db->Put({}, key, value).ok());
  }

  made::TempFolder folder_;
  made::State made_{folder_ / "application.db"};
};

TEST_F(ApplicationStateTest, SaysThatNothingWasCommitted) {
  const auto state = open();
  EXPECT_FALSE(state.latest());
  EXPECT_EQ(state.latest().trouble, "");
  EXPECT_THAT(state.commit(1).trouble, HasSubstr("nothing was committed"));
}

TEST_F(ApplicationStateTest, ReadsStoresAtTheirHeights) {
  for (int i = 0; i < 100; ++i) made_.store("bank").set(fmt::format("key{:02}", i), "old");
  made_.store("acc").set("a", "b");
  made_.commit();
  made_.store("bank").set("key42", "new");
  made_.store("bank").remove("key07");
  made_.commit();
  const auto state = open();
  EXPECT_EQ(*state.latest(), 2);
  EXPECT_EQ(value_at(state, 1, "key42"), "old");
  EXPECT_EQ(value_at(state, 2, "key42"), "new");
  EXPECT_EQ(value_at(state, 1, "key07"), "old");
  EXPECT_EQ(value_at(state, 2, "key07"), "none");
  const auto info = state.commit(2);
  ASSERT_TRUE(info);
  ASSERT_EQ(info->stores.size(), 2u);
  EXPECT_EQ(info->version, 2);
  for (const auto& store : info->stores) EXPECT_EQ(*state.root_hash(store.name, 2), store.hash) << store.name;
  EXPECT_THAT(state.commit(3).trouble, HasSubstr("height 3 is not in it; the latest is 2"));
}

TEST_F(ApplicationStateTest, FollowsARootThatRefersToAnEarlierOne) {
  made_.store("bank").set("a", "1");
  made_.store("bank").set("b", "2");
  made_.commit();
  made_.commit();
  made_.commit();
  const auto state = open();
  EXPECT_EQ(*state.root("bank", 3)->name, iavl_name(1, 1));
  EXPECT_EQ(value_at(state, 3, "b"), "2");
  EXPECT_EQ(*state.root_hash("bank", 3), state.commit(3)->find("bank")->hash);
}

TEST_F(ApplicationStateTest, ReadsAStoreWithoutKeys) {
  made_.store("bank");
  made_.commit();
  const auto state = open();
  ASSERT_TRUE(state.root("bank", 1));
  EXPECT_FALSE(state.root("bank", 1)->name);
  EXPECT_EQ(value_at(state, 1, "a"), "none");
  EXPECT_EQ(*state.root_hash("bank", 1), state.commit(1)->find("bank")->hash);
}

TEST_F(ApplicationStateTest, SaysWhatWasPrunedAndWhatDidNotExist) {
  made_.store("bank").set("a", "1");
  made_.store("bank").set("b", "1");
  made_.commit();
  made_.store("bank").set("a", "2");
  made_.commit();
  made_.prune("bank", 1);
  const auto state = open();
  EXPECT_THAT(value_at(state, 1, "a"), HasSubstr("height 1 of store bank was pruned"));
  EXPECT_EQ(value_at(state, 2, "a"), "2");
  EXPECT_THAT(state.root("group", 2).trouble, HasSubstr("there was no store group at height 2"));
}

TEST_F(ApplicationStateTest, FindsARootThatPruningHasRenamed) {
  made_.store("bank").set("a", "1");
  made_.store("bank").set("b", "2");
  made_.commit();
  made_.commit();
  made_.prune("bank", 1);
  const auto state = open();
  EXPECT_THAT(value_at(state, 1, "a"), HasSubstr("pruned"));
  EXPECT_EQ(value_at(state, 2, "a"), "1");
  EXPECT_EQ(*state.root_hash("bank", 2), state.commit(2)->find("bank")->hash);
}

TEST_F(ApplicationStateTest, KnowsANodeThatEndedInTheMiddleOfItsCommit) {
  for (const char* name : {"acc", "bank", "gov"}) made_.store(name).set("a", "1");
  made_.commit();
  made_.commit_half(2);
  const auto state = open();
  EXPECT_EQ(*state.latest(), 1);
  EXPECT_THAT(state.ahead(), ElementsAre("acc", "bank"));
}

TEST_F(ApplicationStateTest, KnowsANodeThatDidNot) {
  made_.store("acc").set("a", "1");
  made_.commit();
  EXPECT_THAT(open().ahead(), IsEmpty());
}

// Height 2 of a store that iavl 0.x wrote: its root under `r` is the hash of a node under `n`. Height 3 is of iavl 1.x, has a
// new leaf and an old one, and 4 refers to it as its first releases did, without a number.
TEST_F(ApplicationStateTest, ReadsWhatIavlBeforeOnePointZeroWrote) {
  const std::string root(32, 'r'), left(32, 'a'), right(32, 'b'), hash(32, 'h');
  const auto version = [](std::int64_t n) { return made::node_key(n, 0).substr(1, 8); };
  const auto key = [](const std::string& k) { return made::store_key("bank", k); };
  put({{key("r" + version(2)), root},
       {key("n" + root), "\x02\x04\x04\x01m\x20" + left + "\x20" + right},
       {key("n" + left), std::string("\0\x02\x04\x01""a\x01""1", 7)},
       {key("n" + right), std::string("\0\x02\x04\x01m\x01""2", 7)},
       {key(made::node_key(3, 1)), "\x02\x04\x01m\x20" + hash + "\x02\x20" + left + "\x06\x04"},
       {key(made::node_key(3, 2)), std::string("\0\x02\x01m\x01""3", 6)},
       {key(made::node_key(4, 1)), "s" + version(3)}});
  const auto state = open();
  EXPECT_EQ(value_at(state, 2, "a"), "1");
  EXPECT_EQ(value_at(state, 2, "m"), "2");
  EXPECT_EQ(*state.root_hash("bank", 2), root);
  EXPECT_EQ(value_at(state, 3, "a"), "1");
  EXPECT_EQ(value_at(state, 3, "m"), "3");
  EXPECT_EQ(value_at(state, 4, "m"), "3");
  EXPECT_EQ(*state.root_hash("bank", 4), hash);
}

// Nodes that name each other would be read for ever.
TEST_F(ApplicationStateTest, EndsInATreeThatGoesRoundInCircles) {
  made_.store("bank").set("a", "1");
  made_.commit();
  const std::string to_itself("\x02\x04\x01m\x20" + std::string(32, 'h') + std::string("\0\x02\x02\x02\x02", 5));
  put({{made::store_key("bank", made::node_key(1, 1)), to_itself}});
  EXPECT_THAT(value_at(open(), 1, "a"), HasSubstr("its own ancestor"));
}

// As `cosmos-sdk` 0.53 computes it for two stores.
TEST(CommitInfo, HashesItsStores) {
  const auto digest = [](const std::string& s) {
    const auto hash = sha256(s);
    return std::string(hash.begin(), hash.end());
  };
  const std::string a(32, 'a'), b(32, 'b');
  const CommitInfo info{1, {{"bank", b}, {"acc", a}}};
  const auto leaf = [&](const std::string& name, const std::string& hash) {
    return digest(std::string(1, '\0') + static_cast<char>(name.size()) + name + '\x20' + digest(hash));
  };
  EXPECT_EQ(app_hash(info), digest('\1' + leaf("acc", a) + leaf("bank", b)));
  EXPECT_EQ(app_hash({}), digest(""));
  EXPECT_EQ(app_hash({1, {{"acc", a}}}), leaf("acc", a));
}

TEST(CommitInfo, IsNothingWhenItIsCutOff) {
  const std::string whole("\x08\x02\x12\x0d\n\x03" "acc\x12\x06\x08\x02\x12\x02hh", 17);
  const auto info = read_commit_info(whole);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->version, 2);
  EXPECT_EQ(info->stores.at(0).name, "acc");
  EXPECT_EQ(info->stores.at(0).hash, "hh");
  for (std::size_t n = 3; n < whole.size(); ++n) EXPECT_FALSE(read_commit_info(whole.substr(0, n))) << n;
}

}  // namespace
}  // namespace rehearse
