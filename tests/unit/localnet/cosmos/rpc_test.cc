// CometBFT's RPC: what nodes send, old and new, and what is said when they send something else.
#include "localnet/cosmos/rpc.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kUrl = "http://127.0.0.1:26657";

const json kInfo = {
    {"response", {{"last_block_height", "40"}, {"last_block_app_hash", "3q2+7w=="}, {"version", "v2"}}}};

TEST(ParseHead, ReadsANodesHead) {
  const json status = {
      {"sync_info", {{"latest_block_height", "41"}, {"latest_block_hash", "ABCD"}, {"catching_up", true}}}};
  const auto h = parse_head(status, kInfo);
  EXPECT_EQ(h.store_height, 41);
  EXPECT_EQ(h.block_hash, "ABCD");
  EXPECT_TRUE(h.catching_up);
  EXPECT_EQ(h.app_height, 40);
  EXPECT_EQ(h.app_hash, "DEADBEEF") << "base64 as upper hex";
  EXPECT_EQ(h.app_version, "v2");
}

TEST(ParseHead, ReadsTheOldSpelling) {
  const json status = {
      {"SyncInfo", {{"latest_block_height", "7"}, {"latest_block_hash", ""}, {"catching_up", false}}}};
  EXPECT_EQ(parse_head(status, kInfo).store_height, 7);
}

// An application that has committed nothing leaves its fields out.
TEST(ParseHead, ReadsAnApplicationBeforeItsFirstBlock) {
  const json status = {
      {"sync_info", {{"latest_block_height", "0"}, {"latest_block_hash", ""}, {"catching_up", false}}}};
  const auto h = parse_head(status, {{"response", {{"data", "app"}}}});
  EXPECT_EQ(h.app_height, 0);
  EXPECT_EQ(h.app_hash, "");
  EXPECT_EQ(h.app_version, "");
}

TEST(ParseHead, RefusesAnythingElse) {
  EXPECT_THROW(parse_head(json::object(), kInfo), json::exception);
  EXPECT_THROW(parse_head({{"sync_info", {{"latest_block_height", "x"}}}}, kInfo), std::invalid_argument);
}

TEST(ParseCommit, ReadsTheBlockAndItsSignatures) {
  const auto b = parse_commit(made::commit_of(12));
  EXPECT_EQ(b.height, 12);
  EXPECT_EQ(b.hash, "B12");
  EXPECT_EQ(b.app_hash, "AB");
  EXPECT_EQ(b.proposer, "C0FFEE");
  EXPECT_EQ(b.round, 1);
  ASSERT_EQ(b.signatures.size(), 2u);
  EXPECT_EQ(b.signatures[0].validator, "C0FFEE");
  EXPECT_EQ(b.signatures[0].flag, 2);
  EXPECT_EQ(b.signatures[1].validator, "");
  EXPECT_EQ(b.signatures[1].flag, 1);
}

TEST(ParseCommit, RefusesABlockWithoutACommit) {
  auto commit = made::commit_of(12);
  commit["signed_header"].erase("commit");
  EXPECT_THROW(parse_commit(commit), json::exception);
}

TEST(ParseTime, ReadsUpToNanoseconds) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("1970-01-01T00:00:01.5Z"), 1'500'000);
  EXPECT_EQ(parse_time("2026-11-24T14:27:29.123456789Z"), 1'795'530'449'123'456);
  EXPECT_EQ(parse_time("2024-02-29T23:59:59Z"), 1'709'251'199'000'000);
}

TEST(ParseTime, RefusesWhatIsNoTimeInUtc) {
  for (const char* bad : {"", "yesterday", "2026-11-24", "2026-11-24T14:27:29", "2026-11-24T14:27:29+01:00",
                          "2026-11-24T14:27:29.5", "2026-13-24T14:27:29Z", "2026-11-24T14:27:29ZZ"})
    EXPECT_THROW(parse_time(bad), std::invalid_argument) << bad;
}

TEST(NumberIn, ReadsAStringOrANumber) {
  EXPECT_EQ(number_in(json("42")), 42);
  EXPECT_EQ(number_in(json("-1")), -1);
  EXPECT_EQ(number_in(json(42)), 42);
  for (const char* bad : {"", "4x", "x", "4.5", " 4", "99999999999999999999"})
    EXPECT_THROW(number_in(json(bad)), std::invalid_argument) << bad;
  for (const json& bad : {json(4.5), json(nullptr), json(true), json::array()})
    EXPECT_THROW(number_in(bad), json::exception) << bad;
}

class RpcTest : public testing::Test {
 protected:
  // What is said of an answer to each of the three calls.
  template <class Answer>
  std::vector<std::string> errors(Answer answer) {
    std::vector<std::string> said;
    const auto keep = [&](const auto& result) {
      EXPECT_FALSE(result.value);
      said.push_back(result.error);
    };
    rpc_.head(keep);
    rpc_.block(3, keep);
    rpc_.call("net_info", json::object(), keep);
    while (!http_.open.empty()) answer();
    EXPECT_EQ(said.size(), 3u);
    return said;
  }

  made::FakeHttp http_;
  Rpc rpc_{http_, kUrl, "validator-1"};
};

TEST_F(RpcTest, AsksForAHeadInOneRequest) {
  Result<Head> got;
  rpc_.head([&](Result<Head> r) { got = r; });
  ASSERT_EQ(http_.open.size(), 1u);
  EXPECT_EQ(http_.sent[0].url, kUrl);
  const auto body = json::parse(http_.sent[0].body);
  EXPECT_EQ(body.at(0).at("method"), "status");
  EXPECT_EQ(body.at(1).at("method"), "abci_info");
  http_.answer(200, made::head_answer(9, 8));
  ASSERT_TRUE(got.value) << got.error;
  EXPECT_EQ(got.value->store_height, 9);
  EXPECT_EQ(got.value->app_height, 8);
}

TEST_F(RpcTest, AsksForABlockByItsHeight) {
  Result<Block> got;
  rpc_.block(12, [&](Result<Block> r) { got = r; });
  EXPECT_EQ(http_.sent.at(0).url, std::string(kUrl) + "/commit?height=12");
  http_.answer(200, made::rpc_result(made::commit_of(12)));
  ASSERT_TRUE(got.value) << got.error;
  EXPECT_EQ(got.value->height, 12);
}

TEST_F(RpcTest, PassesParametersOn) {
  Result<json> got;
  rpc_.call("block_results", {{"height", "7"}}, [&](Result<json> r) { got = r; });
  const auto body = json::parse(http_.sent.at(0).body);
  EXPECT_EQ(body.at("method"), "block_results");
  EXPECT_EQ(body.at("params"), (json{{"height", "7"}}));
  http_.answer(200, made::rpc_result({{"app_hash", "AB"}}));
  EXPECT_EQ(got.value.value().at("app_hash"), "AB");
}

TEST_F(RpcTest, SaysWhoDidNotAnswer) {
  for (const auto& said : errors([&] { http_.refuse(); }))
    EXPECT_THAT(said, AllOf(StartsWith("validator-1"), HasSubstr(kUrl), HasSubstr("connection refused")));
}

TEST_F(RpcTest, SaysWhatTheNodeSaid) {
  const auto wrong = made::rpc_error("Internal error", "height 3 must be less than 2");
  for (const auto& said : errors([&] {
         const bool batch = http_.open.front().request.body.starts_with("[");
         http_.answer(500, batch ? json::array({wrong, wrong}) : wrong);
       }))
    EXPECT_THAT(said, AllOf(StartsWith("validator-1"),
                            HasSubstr("HTTP 500: Internal error: height 3 must be less than 2")));
}

TEST_F(RpcTest, SaysThatAnAnswerIsGarbage) {
  for (const char* garbage : {"", "<html>502 Bad Gateway</html>", "{}", "[]", "null", "[{},{}]", "\xff",
                              R"({"error":null})", R"({"error":"text"})"})
    for (const auto& said : errors([&] { http_.answer(502, garbage); }))
      EXPECT_THAT(said, AllOf(StartsWith("validator-1"), HasSubstr("HTTP 502"))) << garbage;
}

TEST_F(RpcTest, SaysThatAnAnswerIsOfAnotherShape) {
  Result<Head> head;
  Result<Block> block;
  rpc_.head([&](Result<Head> r) { head = r; });
  rpc_.block(3, [&](Result<Block> r) { block = r; });
  http_.answer(200, json::array({made::rpc_result(json::object()), made::rpc_result(json::object())}));
  http_.answer(200, made::rpc_result({{"signed_header", nullptr}}));
  EXPECT_THAT(head.error, StartsWith("validator-1: HTTP 200: "));
  EXPECT_THAT(block.error, StartsWith("validator-1: HTTP 200: "));
}

}  // namespace
}  // namespace rehearse
