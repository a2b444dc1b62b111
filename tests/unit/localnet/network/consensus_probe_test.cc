#include "localnet/network/consensus_probe.h"

#include <gmock/gmock.h>

#include <map>

namespace rehearse {
namespace {

using Json = nlohmann::json;

// As a node of CometBFT 0.38 answers, without what is not read.
const char* const kDump = R"({"result":{"round_state":{"height":"67","round":1,"step":6,"votes":[
  {"round":0,"prevotes_bit_array":"BA{4:____} 0/100 = 0.00","precommits_bit_array":"BA{4:____} 0/100 = 0.00"},
  {"round":1,"prevotes_bit_array":"BA{4:xxxx} 100/100 = 1.00","precommits_bit_array":"BA{4:x___} 40/100 = 0.40"}]}}})";
const char* const kGoroutines =
    "goroutine 1 [select]:\nmain.main()\n\tmain.go:9 +0x1\n\n"
    "goroutine 92 [sync.Mutex.Lock]:\nsync.(*Mutex).Lock(...)\n\tsync/mutex.go:90\n"
    "example.org/chain/x/rewards.Keeper.Settle(0x1)\n\tx/rewards/keeper.go:41 +0x1\n"
    "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).FinalizeBlock(0x1)\n\tbaseapp/abci.go:900 +0x1\n"
    "github.com/cometbft/cometbft/consensus.(*State).receiveRoutine(0x1, 0x0)\n\tconsensus/state.go:836 "
    "+0x1\n\n"
    "goroutine 93 [select]:\nother.Routine()\n\tother.go:1 +0x1\n";

// Answers from memory, at once; what it has not is not answered.
class Answering : public Http {
 public:
  void send(HttpRequest request, OnAnswer on_answer) override {
    const auto found = answers.find(request.url);
    found == answers.end() ? on_answer({0, "", "timed out"}) : on_answer({200, found->second, ""});
  }
  std::map<std::string, std::string> answers;
};

ConsensusState probed(Answering& http) {
  ConsensusState state;
  int answers = 0;
  probe_consensus(http, "http://n:26657", "http://n:6060",
                  [&](ConsensusState s) { state = std::move(s), ++answers; });
  EXPECT_EQ(answers, 1);
  return state;
}

TEST(ConsensusProbe, ReadsWhereANodeIs) {
  Answering http;
  http.answers = {{"http://n:26657/dump_consensus_state", kDump},
                  {"http://n:26657/net_info", R"({"result":{"n_peers":"3"}})"},
                  {"http://n:26657/consensus_params",
                   R"({"result":{"consensus_params":{"abci":{"vote_extensions_enable_height":"64"}}}})"},
                  {"http://n:6060/debug/pprof/goroutine?debug=2", kGoroutines}};
  const auto s = probed(http);
  EXPECT_EQ(s.height, 67);
  EXPECT_EQ(s.round, 1);
  EXPECT_EQ(s.step, 6);
  EXPECT_DOUBLE_EQ(s.prevoted, 1);
  EXPECT_DOUBLE_EQ(s.precommitted, 0.4);
  EXPECT_EQ(s.peers, 3);
  EXPECT_EQ(s.extensions_from, 64);
  ASSERT_FALSE(s.stack.empty());
  EXPECT_EQ(abci_method(s.stack), AbciMethod::finalize_block);
  EXPECT_EQ(module_of(s.stack), "rewards");
}

// Consensus holds its lock while it waits for the application.
TEST(ConsensusProbe, TakesTheStackWhereConsensusAnswersNothing) {
  Answering http;
  http.answers = {{"http://n:6060/debug/pprof/goroutine?debug=2", kGoroutines}};
  const auto s = probed(http);
  EXPECT_EQ(s.height, 0);
  EXPECT_FALSE(s.stack.empty());
}

TEST(ConsensusProbe, LeavesOutWhatIsNoAnswer) {
  Answering http;
  http.answers = {
      {"http://n:26657/dump_consensus_state", R"({"result":{"round_state":{"height":"67","round":0}}})"},
      {"http://n:26657/net_info", "not JSON"},
      {"http://n:6060/debug/pprof/goroutine?debug=2",
       "goroutine 1 [select]:\nmain.main()\n\tmain.go:9 +0x1\n"}};
  const auto s = probed(http);
  EXPECT_EQ(s.height, 0) << "without a step it is not known where it is";
  EXPECT_EQ(s.peers, 0);
  EXPECT_TRUE(s.stack.empty());
}

TEST(ConsensusProbe, ReadsSharesOfVotes) {
  EXPECT_DOUBLE_EQ(voted_share("BA{4:x__x} 50/100 = 0.50"), 0.5);
  EXPECT_DOUBLE_EQ(voted_share("nil-BitArray"), 0);
  EXPECT_DOUBLE_EQ(voted_share(" = 7"), 1);
}

}  // namespace
}  // namespace rehearse
