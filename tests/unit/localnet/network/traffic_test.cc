// A customer's transactions, sent to nodes that forget, fall silent, or have them already. The chain is a few lines of this
// file, its program a shell script.
#include "localnet/network/traffic.h"

#include <gmock/gmock.h>

#include <set>

#include "localnet/cosmos/keys.h"
#include "tests/unit/support/fake_network.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A payment is its sequence, as JSON and as bytes.
constexpr const char* kProgram = R"sh(case $1 in
  pay) echo '{"body": {}}' ;;
  sign) n=$3; while read -r line; do echo "{\"number\": $n}"; n=$((n + 1)); done < "$2" ;;
esac
)sh";

class TrafficTest : public made::RehearsalTest {
 protected:
  TrafficTest() {
    profile_.chain.bech32 = "made";
    profile_.commands["unsigned-payment"].run = {"pay"};
    profile_.commands["sign-batch"].run = {"sign", "{file}", "{sequence}"};
    AnswerSource account;
    account.rest = "/account", account.at = "/account";
    profile_.questions["account"] = {account};
    NetworkPlan plan;
    plan.folder = folder_.path();
    plan.binary = folder_.script("chain", kProgram);
    network_.emplace(loop_, http_, r_, profile_, addresses_, std::move(plan));
    traffic_.emplace(loop_, http_, *network_, profile_, std::vector<std::string>{"a", "b"}, 500);
  }

  // Answers everything that is asked, until it comes true.
  bool until(const std::function<bool()>& done) {
    return made::run_until(loop_, [&] {
      while (!http_.open.empty()) answer_one();
      return done();
    });
  }

  void answer_one() {
    const auto request = http_.open.front().request;
    const auto node = request.url.substr(7, 1);
    if (silent_ == node) return http_.refuse();
    if (request.url.ends_with("/account"))
      return http_.answer(200, json{{"account", {{"account_number", "7"}, {"sequence", std::to_string(in_blocks_)}}}});
    if (request.url.ends_with("/encode")) {
      const auto number = std::to_string(json::parse(request.body)["tx"]["number"].get<int>());
      return http_.answer(200, json{{"tx_bytes", base64(std::vector<std::uint8_t>(number.begin(), number.end()))}});
    }
    if (hold_ && !held_) {
      held_ = std::move(http_.open.front());
      return http_.open.pop_front();
    }
    const auto bytes = base64_decode(json::parse(request.body)["params"]["tx"].get<std::string>());
    http_.answer(200, take(node, std::stoi(std::string(bytes.begin(), bytes.end()))));
  }

  json take(const std::string& node, int number) {
    auto& mempool = mempools_[node];
    sent_.push_back(node + std::to_string(number));
    if (mempool.contains(number)) return made::rpc_error("Internal error", "tx already exists in cache");
    if (number != in_blocks_ + static_cast<int>(mempool.size()))
      return made::rpc_result({{"code", 32}, {"codespace", "sdk"}, {"log", "account sequence mismatch"}});
    if (full_) return made::rpc_result({{"code", 20}, {"codespace", "sdk"}, {"log", "mempool is full"}});
    mempool.insert(number);
    return made::rpc_result({{"code", 0}});
  }
  // A block with all that this node has.
  void block(const std::string& node) {
    in_blocks_ += static_cast<int>(mempools_[node].size());
    mempools_.clear();
  }

  AddressBlock addresses_ = AddressBlock::claim(folder_.path());
  std::map<std::string, std::set<int>> mempools_;
  std::vector<std::string> sent_;
  std::string silent_;
  bool full_ = false, hold_ = false;
  std::optional<made::FakeHttp::Open> held_;  // a payment that has no answer yet
  int in_blocks_ = 0;
  std::optional<made::FakeNetwork> network_;
  std::optional<Traffic> traffic_;
};

TEST_F(TrafficTest, IsSettledOnceAllThatWasAcceptedIsInBlocks) {
  ASSERT_TRUE(until([&] { return traffic_->accepted() >= 3; }));
  traffic_->stop();
  EXPECT_FALSE(traffic_->settled());
  const auto accepted = traffic_->accepted();
  block("a");
  ASSERT_TRUE(until([&] { return traffic_->settled(); }));
  EXPECT_EQ(traffic_->accepted(), accepted) << "nothing new";
  EXPECT_EQ(traffic_->in_blocks(), accepted);
  EXPECT_EQ(traffic_->sent_again() + traffic_->refused(), 0);
  ASSERT_THAT(traffic_->sent(), SizeIs(accepted));
  EXPECT_TRUE(traffic_->sent()[2].accepted);
  // echo -n 2 | sha256sum
  EXPECT_EQ(traffic_->sent()[2].payment.hash, "D4735E3A265E16EEE03F59718B9B5D03019C07D8B6C51F90DA3A666EEC13AB35");
  EXPECT_THAT(std::vector(sent_.begin(), sent_.begin() + 3), ElementsAre("a0", "a1", "a2"));
}

TEST_F(TrafficTest, WhatANodeHasForgottenIsSentAgain) {
  ASSERT_TRUE(until([&] { return traffic_->accepted() >= 3; }));
  mempools_.clear();  // it was killed
  ASSERT_TRUE(until([&] { return traffic_->sent_again() >= 3; }));
  traffic_->stop();
  ASSERT_TRUE(until([&] { return mempools_["a"].size() == static_cast<std::size_t>(traffic_->accepted()); }));
  block("a");
  ASSERT_TRUE(until([&] { return traffic_->settled(); }));
  EXPECT_EQ(traffic_->in_blocks(), traffic_->accepted());
}

TEST_F(TrafficTest, WhatWasForgottenBeforeItStopsIsSentAgainToo) {
  ASSERT_TRUE(until([&] { return traffic_->accepted() >= 3; }));
  traffic_->stop();
  mempools_.clear();
  ASSERT_TRUE(until([&] { return traffic_->sent_again() == traffic_->accepted(); }));
  block("a");
  EXPECT_TRUE(until([&] { return traffic_->settled(); }));
}

// Meanwhile the sequence went on: others' blocks had more.
TEST_F(TrafficTest, ALateAnswerIsThatOfThePaymentThatWasSent) {
  ASSERT_TRUE(until([&] { return traffic_->accepted() >= 3; }));
  hold_ = true;
  ASSERT_TRUE(until([&] { return held_.has_value(); }));
  const auto sent = traffic_->sent().size() - 1;
  ASSERT_FALSE(traffic_->sent()[sent].accepted);
  const auto accepted = traffic_->accepted();
  in_blocks_ = static_cast<int>(sent) + 5;
  ASSERT_TRUE(until([&] { return traffic_->in_blocks() == in_blocks_; }));
  held_->on_answer({200, made::rpc_result({{"code", 0}}).dump(), ""});
  EXPECT_TRUE(traffic_->sent()[sent].accepted);
  EXPECT_EQ(traffic_->accepted(), accepted + 1);
  mempools_.clear();
  ASSERT_TRUE(until([&] { return sent_.back() == "a" + std::to_string(in_blocks_); })) << "it goes on where the sequence is";
}

TEST_F(TrafficTest, GoesOnAtAnotherNodeWhenOneIsSilent) {
  ASSERT_TRUE(until([&] { return traffic_->accepted() >= 2; }));
  mempools_["b"] = mempools_["a"];  // as nodes tell each other
  const auto before = traffic_->accepted();
  silent_ = "a";
  ASSERT_TRUE(until([&] { return traffic_->accepted() >= before + 2; }));
  EXPECT_EQ(traffic_->sent_again(), 0);
  EXPECT_EQ(sent_.back().substr(0, 1), "b");
  EXPECT_THAT(traffic_->trouble(), testing::HasSubstr("connection refused"));
}

TEST_F(TrafficTest, WhatIsRefusedIsTriedAgainAndWasNotAccepted) {
  full_ = true;
  ASSERT_TRUE(until([&] { return traffic_->refused() >= 2; }));
  EXPECT_EQ(traffic_->accepted(), 0);
  full_ = false;
  ASSERT_TRUE(until([&] { return traffic_->accepted() >= 1; }));
}

TEST_F(TrafficTest, WithoutAnAnswerToBeginWithNothingIsSent) {
  silent_ = "a";
  ASSERT_TRUE(until([&] { return traffic_->accepted() >= 1; })) << "the other node helps";
  EXPECT_EQ(sent_.front(), "b0");
}

}  // namespace
}  // namespace rehearse
