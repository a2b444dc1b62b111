// Accounts that pay at the same time, on a chain that has them in one block, or never.
#include "harness/procedures/shared_blocks.h"

#include <gmock/gmock.h>

#include <deque>
#include <map>

#include "localnet/base/sha256.h"
#include "localnet/cosmos/keys.h"
#include "tests/unit/support/made_chain.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// The program signs a line by adding a count to the account's name. A block takes so many of what was sent.
class SharedBlocksTest : public made::ChainTest {
 protected:
  SharedBlocksTest() {
    record::NetworkPlanned planned;
    for (const char* name : {"a", "b", "c"}) planned.members.push_back({name, true, 60, "", "", name, ""});
    r_.record(planned);
    r_.process_started("c", 1, "maded");
    profile_.chain.bech32 = "made";
    profile_.commands["unsigned-payment"].run = {"pay", "{account}", "{address}"};
    profile_.commands["sign-batch"].run = {"sign", "{account}", "{file}"};
    profile_.questions["account"] = {rest("/account/{address}", "/account")};
    start_chain(folder_.script("chain", R"(case $1 in
  pay) echo '{"body": {}}' ;;
  sign) n=0; while read -r line; do n=$((n + 1)); echo "{\"signed\": \"$2-$n\"}"; done < "$3" ;;
esac
)"));
  }

  void next_block() override {
    ++height_;
    for (std::size_t i = 0; i < at_once_ && !sent_.empty(); ++i) {
      in_block_[sent_.front()] = height_;
      sent_.pop_front();
    }
    for (const char* node : {"a", "b", "c"}) at(node, height_);
    while (!http_.open.empty()) http_.answer(200, answer(http_.open.front().request));
  }

  static std::string bytes_of(const std::string& text) { return base64(std::vector<std::uint8_t>(text.begin(), text.end())); }

  json answer(const HttpRequest& asked) {
    if (asked.url.ends_with("/encode")) return {{"tx_bytes", bytes_of(json::parse(asked.body).at("tx").at("signed"))}};
    if (asked.body.empty()) return {{"account", {{"account_number", "7"}, {"sequence", "3"}}}};
    const auto call = json::parse(asked.body);
    if (call.at("method") == "tx") {
      const auto found = in_block_.find(call.at("params").at("hash").get<std::string>());
      if (found == in_block_.end()) return made::rpc_error("Internal error", "tx not found");
      return made::rpc_result({{"height", std::to_string(found->second)}, {"tx_result", {{"code", 0}}}});
    }
    if (call.at("method") != "broadcast_tx_sync") return made::rpc_result({{"code", 4}, {"response", {{"code", 0}}}});
    if (refuses_) return made::rpc_result({{"code", 5}, {"codespace", "sdk"}, {"log", "insufficient funds"}});
    const auto bytes = base64_decode(call.at("params").at("tx").get<std::string>());
    sent_.push_back(base64(sha256(std::span<const std::uint8_t>(bytes))));
    return made::rpc_result({{"code", 0}});
  }

  StepFailed failed() {
    return ChainTest::failed([this] { pay_in_shared_blocks(r_); });
  }

  std::deque<std::string> sent_;
  std::map<std::string, std::int64_t> in_block_;
  std::size_t at_once_ = 3;
  bool refuses_ = false;
};

TEST_F(SharedBlocksTest, AreCountedUntilThereAreEnough) {
  EXPECT_EQ(pay_in_shared_blocks(r_), "5 blocks hold payments of several accounts, up to 3");
  EXPECT_EQ(in_block_.size(), 15u) << "no more are sent than needed";
}

TEST_F(SharedBlocksTest, ThatHoldOneAccountEachProveNothing) {
  at_once_ = 1;
  const auto e = failed();
  EXPECT_EQ(e.cause, Cause::not_proven);
  EXPECT_THAT(e.what(), HasSubstr("no block has come to hold payments of several accounts in 10 rounds"));
}

TEST_F(SharedBlocksTest, FailWhereAPaymentIsRefused) {
  refuses_ = true;
  const auto e = failed();
  EXPECT_EQ(e.cause, Cause::afterwards_failed);
  EXPECT_THAT(e.what(), HasSubstr("a payment of a: code 5, insufficient funds"));
}

}  // namespace
}  // namespace rehearse
