// What the block observer asks nodes for and what it tells, with nodes that answer when the test says so.
#include "localnet/network/observer.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fake_network.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HeightsSeen : public Sink {
 public:
  std::vector<std::string> heads, blocks;  // "node@height"
  void head(const std::string& node, const Head& h) override {
    heads.push_back(node + "@" + std::to_string(h.store_height));
  }
  void block(const std::string& node, const Block& b) override {
    blocks.push_back(node + "@" + std::to_string(b.height));
  }
};

class ObserverTest : public testing::Test {
 protected:
  static std::string url(const std::string& node) { return "http://" + node; }

  // Answers the oldest request of that node, once there is one; it has to be for that height, or for the head
  // (0).
  void answer(const std::string& node, std::int64_t height, const HttpResponse& response) {
    const auto wanted = height ? url(node) + "/commit?height=" + std::to_string(height) : url(node);
    const auto find = [&] {
      return std::find_if(http_.open.begin(), http_.open.end(),
                          [&](const auto& o) { return o.request.url == wanted; });
    };
    ASSERT_TRUE(made::run_until(loop_, [&] { return find() != http_.open.end(); }))
        << wanted << " was not asked for";
    const auto at = find();
    const auto asked = std::move(*at);
    http_.open.erase(at);
    asked.on_answer(response);
  }
  void head(const std::string& node, std::int64_t store_height, const std::string& version = "v1") {
    answer(node, 0, {200, made::head_answer(store_height, store_height, version).dump(), ""});
  }
  void block(const std::string& node, std::int64_t height) {
    answer(node, height, {200, made::rpc_result(made::commit_of(height)).dump(), ""});
  }
  // Heights that are asked for and not answered yet.
  std::vector<std::string> asked() const {
    std::vector<std::string> heights;
    for (const auto& o : http_.open)
      if (const auto at = o.request.url.find("height="); at != std::string::npos)
        heights.push_back(o.request.url.substr(at + 7));
    return heights;
  }

  Loop loop_;
  made::FakeHttp http_;
  HeightsSeen told_;
  BlockObserver observer_{loop_, http_, told_, std::chrono::milliseconds(1)};
};

TEST_F(ObserverTest, FetchesABlockOnlyWhenItHasASuccessor) {
  observer_.add("a", url("a"));
  head("a", 1);
  EXPECT_THAT(asked(), IsEmpty());
  head("a", 2);
  EXPECT_THAT(asked(), ElementsAre("1"));
  block("a", 1);
  EXPECT_THAT(told_.blocks, ElementsAre("a@1"));
}

TEST_F(ObserverTest, FetchesNothingBelowWhereItBegins) {
  observer_.begin_at(4);
  observer_.add("a", url("a"));
  head("a", 6);
  EXPECT_THAT(asked(), ElementsAre("4", "5"));
}

TEST_F(ObserverTest, LeavesNoGapAfterAJump) {
  observer_.add("a", url("a"));
  head("a", 5);
  EXPECT_THAT(asked(), ElementsAre("1", "2", "3", "4"));
  for (const std::int64_t height : {4, 2, 1, 3}) block("a", height);
  head("a", 7);
  EXPECT_THAT(asked(), ElementsAre("5", "6"));
}

TEST_F(ObserverTest, FetchesABlockOnceWhoeverHasIt) {
  observer_.add("a", url("a"));
  observer_.add("b", url("b"));
  head("a", 3);
  head("b", 3);
  EXPECT_THAT(asked(), ElementsAre("1", "2"));
  block("a", 1);
  block("a", 2);
  head("b", 4);
  EXPECT_THAT(asked(), ElementsAre("3"));
  block("b", 3);
  EXPECT_THAT(told_.blocks, ElementsAre("a@1", "a@2", "b@3"));
}

TEST_F(ObserverTest, AsksAgainForABlockThatFailed) {
  observer_.add("a", url("a"));
  observer_.add("b", url("b"));
  head("a", 4);
  block("a", 1);
  answer("a", 2, {0, "", "connection refused"});
  EXPECT_THAT(asked(), ElementsAre("3")) << "and not those that are under way or done";
  head("b", 2);
  EXPECT_THAT(asked(), ElementsAre("3")) << "it has no successor there";
  head("b", 4);
  EXPECT_THAT(asked(), ElementsAre("3", "2"));
  block("b", 2);
  block("a", 3);
  EXPECT_THAT(told_.blocks, ElementsAre("a@1", "b@2", "a@3"));
}

// At a halt no head changes any more.
TEST_F(ObserverTest, AsksAgainWhileTheChainStands) {
  observer_.add("a", url("a"));
  head("a", 2);
  answer("a", 1, {500, "busy", ""});
  head("a", 2);
  EXPECT_THAT(asked(), ElementsAre("1"));
  block("a", 1);
  head("a", 2);
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(ObserverTest, TellsAHeadOnlyWhenItChanges) {
  observer_.add("a", url("a"));
  head("a", 1);
  head("a", 1);
  EXPECT_THAT(told_.heads, ElementsAre("a@1"));
  head("a", 1, "v2");
  EXPECT_THAT(told_.heads, ElementsAre("a@1", "a@1")) << "another version is a change";
  head("a", 2);
  EXPECT_THAT(told_.heads, ElementsAre("a@1", "a@1", "a@2"));
}

TEST_F(ObserverTest, AsksOnWhenANodeDoesNotAnswer) {
  observer_.add("a", url("a"));
  for (int i = 0; i < 3; ++i) answer("a", 0, {0, "", "connection refused"});
  EXPECT_THAT(told_.heads, IsEmpty());
  head("a", 1);
  EXPECT_THAT(told_.heads, ElementsAre("a@1"));
}

TEST_F(ObserverTest, AsksANodeNothingWhileItOwesAnAnswer) {
  observer_.add("a", url("a"));
  observer_.add("b", url("b"));
  for (int i = 0; i < 3; ++i) head("b", 1);
  EXPECT_EQ(
      std::count_if(http_.sent.begin(), http_.sent.end(), [](const auto& r) { return r.url == url("a"); }),
      1);
}

}  // namespace
}  // namespace rehearse
