// Transactions on their way into blocks: taken, refused, forgotten by a node, too late.
#include "harness/procedures/transaction_batch.h"

#include <gmock/gmock.h>

#include <deque>

#include "harness/judge/service.h"
#include "harness/view/checkpoint.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

class TransactionBatchTest : public made::AskingTest {
 protected:
  // Answers to what is sent and looked up, in that order; between them what happens in the chain.
  void answers(std::vector<json> all) {
    script_.assign(all.begin(), all.end());
    if (std::exchange(forgery_open_, false)) script_.insert(script_.begin(), {refused(4, "signature verification failed"), simulated(18, "no")});
    next_ = r_.loop().every(1ms, [this] { go_on(); });
  }
  void go_on() {
    if (script_.empty()) return;
    const auto what = script_.front();
    const bool happens = what == kNextBlock || what == kHalt;
    if (happens != http_.open.empty()) return;
    script_.pop_front();
    if (what == kNextBlock) at("a", ++height_);
    else if (what == kHalt) r_.upgrade_info("a", {"v2", 6});
    else http_.answer(200, what);
  }
  record::TransactionTried tried(bool until_halt = false) {
    batch_->await_blocks(until_halt);
    return batch_->items().front().tried;
  }
  void send() { forgery_open_ = true, batch_->send({{"transfer", {}, {"AAAA", "HASH"}, {}}}); }

  static json taken() { return made::rpc_result({{"code", 0}, {"log", ""}, {"codespace", ""}}); }
  static json refused(int code, const char* log) { return made::rpc_result({{"code", code}, {"log", log}, {"codespace", "sdk"}}); }
  static json simulated(int code, const char* log) { return made::rpc_result({{"response", {{"code", code}, {"log", log}, {"codespace", "sdk"}}}}); }
  static json included(int code = 0) {
    const json events = {{{"type", "submit_proposal"}, {"attributes", {{{"key", "proposal_id"}, {"value", "4"}}}}}};
    return made::rpc_result({{"height", "7"}, {"tx_result", {{"code", code}, {"log", code ? "not enough" : ""}, {"codespace", "bank"}, {"events", events}}}});
  }
  static json not_found() { return made::rpc_error("Internal error", "tx (HASH) not found"); }

  const json kNextBlock = "next block", kHalt = "halt";
  std::shared_ptr<TransactionBatch> batch_ = std::make_shared<TransactionBatch>(r_, "made1account", kAfter);
  std::deque<json> script_;
  std::int64_t height_ = 5;
  Loop::Handle next_;
  bool forgery_open_ = false;  // its answer comes first, and that of the simulation
};

TEST_F(TransactionBatchTest, HasAForgeryOfTheFirstCheckedBeforeAnyIsSent) {
  send();
  ASSERT_EQ(http_.open.size(), 1u);
  const auto asked = json::parse(http_.open.front().request.body);
  EXPECT_EQ(asked.at("method"), "check_tx");
  EXPECT_EQ(asked.at("params").at("tx"), "AAAB") << "the last bit of AAAA is another";
  answers({taken(), included()});
  EXPECT_EQ(tried().height, 7);
  EXPECT_EQ(batch_->forged().code, 4);
  EXPECT_TRUE(batch_->forged().forged);
}

TEST_F(TransactionBatchTest, AsksForASimulationOfTheFirst) {
  send();
  answers({taken(), included()});
  tried();
  ASSERT_EQ(batch_->probes().size(), 1u);
  const auto& probe = batch_->probes().front();
  EXPECT_EQ(probe.question, kSimulated);
  EXPECT_EQ(probe.checkpoint, kAfter);
  EXPECT_EQ(probe.value, (json{{"transaction", "transfer"}, {"code", 18}, {"codespace", "sdk"}, {"log", "no"}, {"gas_used", 0}}));
}

TEST_F(TransactionBatchTest, HasOneCheckedOnceMoreThatABlockHad) {
  send();
  answers({taken(), included(), made::rpc_result({{"tx", "BBBB"}}), refused(32, "account sequence mismatch")});
  auto of_before = tried();
  of_before.hash = "00FF";
  batch_->try_again(of_before);
  ASSERT_EQ(batch_->probes().size(), 2u);
  EXPECT_EQ(batch_->probes().back().question, kReplayed);
  EXPECT_EQ(batch_->probes().back().value.at("code"), 32);
}

TEST_F(TransactionBatchTest, SaysThatANodeHasNotTheOneToCheckOnceMore) {
  send();
  answers({taken(), included(), not_found()});
  auto of_before = tried();
  of_before.hash = "00FF";
  batch_->try_again(of_before);
  EXPECT_FALSE(batch_->probes().back().answered);
  EXPECT_THAT(batch_->probes().back().error, HasSubstr("not found"));
}

TEST_F(TransactionBatchTest, SaysInWhichBlockOneIs) {
  send();
  answers({taken(), not_found(), kNextBlock, included()});
  const auto t = tried();
  EXPECT_EQ(t.height, 7);
  EXPECT_EQ(t.code, 0);
  EXPECT_EQ(t.error, "");
  EXPECT_EQ(t.account, "made1account");
  EXPECT_EQ(batch_->proposals().at("HASH"), "4");
}

TEST_F(TransactionBatchTest, TellsARefusalOfTheMempoolFromOneOfABlock) {
  send();
  answers({refused(31, "an option is required")});
  EXPECT_THAT(tried().log, HasSubstr("an option is required"));
  EXPECT_EQ(batch_->items().front().tried.height, 0);

  batch_ = std::make_shared<TransactionBatch>(r_, "made1account", kAfter);
  send();
  answers({taken(), included(5)});
  const auto t = tried();
  EXPECT_EQ(t.height, 7);
  EXPECT_EQ(t.code, 5);
  EXPECT_EQ(t.log, "not enough");
  EXPECT_EQ(t.codespace, "bank");
}

// Sent again, it is taken for one out of order once it is in a block.
TEST_F(TransactionBatchTest, TakesAWrongSequenceForNoRefusal) {
  send();
  answers({refused(32, "account sequence mismatch"), included()});
  const auto t = tried();
  EXPECT_EQ(t.height, 7);
  EXPECT_EQ(t.code, 0);
  EXPECT_EQ(t.error, "");
}

// A proposer has put it before another of the account: neither is refused for that.
TEST_F(TransactionBatchTest, SendsAgainWhatABlockHasOutOfOrder) {
  send();
  const auto out_of_order =
      made::rpc_result({{"height", "6"}, {"tx_result", {{"code", 32}, {"log", "account sequence mismatch"}, {"codespace", "sdk"}}}});
  answers({taken(), out_of_order, kNextBlock, taken(), included()});
  const auto t = tried();
  EXPECT_EQ(t.height, 7);
  EXPECT_EQ(t.code, 0);
  EXPECT_EQ(t.error, "");
}

TEST_F(TransactionBatchTest, KeepsWhatItsEventsTell) {
  send();
  answers({taken(), included()});
  EXPECT_EQ(tried().events, 1);
  EXPECT_EQ(tried().attributes, (std::map<std::string, std::set<std::string>>{{"submit_proposal", {"proposal_id"}}}));
}

TEST_F(TransactionBatchTest, SendsAgainWhatANodeDidNotTake) {
  send();
  answers({made::rpc_error("mempool is full"), not_found(), kNextBlock, taken(), included()});
  EXPECT_EQ(tried().height, 7);
}

TEST_F(TransactionBatchTest, GivesUpAtAHalt) {
  send();
  answers({taken(), not_found(), kHalt, not_found()});  // it is looked for once more
  EXPECT_THAT(tried(true).error, HasSubstr("in none of the blocks"));
}

}  // namespace
}  // namespace rehearse
