#include "localnet/network/consensus_probe.h"

#include <gmock/gmock.h>

#include <map>

#include "localnet/cosmos/goroutines.h"

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

// --- What goroutines do

std::string goroutine(const std::string& header, const std::vector<std::string>& functions, int begun_by = 0) {
  auto text = "goroutine " + header + ":\n";
  for (const auto& f : functions) text += f + "(0x1)\n\tfile.go:7 +0x1\n";
  if (begun_by) text += "created by example.org/work.Start in goroutine " + std::to_string(begun_by) + "\n\tfile.go:9 +0x1\n";
  return text + "\n";
}

constexpr const char *kRoutine = "github.com/cometbft/cometbft/consensus.(*State).receiveRoutine",
                     *kOfBlock = "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).FinalizeBlock",
                     *kOfModule = "example.org/chain/x/rewards.Keeper.Settle",
                     *kDoor = "github.com/cometbft/cometbft/abci/client.(*localClient).FinalizeBlock",
                     *kAtDoor = "github.com/cometbft/cometbft/abci/client.(*localClient).CheckTx",
                     *kCheckTx = "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).CheckTx";

ConsensusState of_dump(const std::string& dump) {
  ConsensusState s;
  read_goroutines_of(s, dump);
  return s;
}

TEST(Goroutines, ThatWaitForALockDoNotGoOnByThemselves) {
  for (const char* state : {"sync.Mutex.Lock", "semacquire, 2 minutes", "chan receive", "select (no cases)", "sync.WaitGroup.Wait"}) {
    const auto s = of_dump(goroutine("9 [" + std::string(state) + "]", {"sync.(*Mutex).Lock", kOfModule, kOfBlock, kRoutine}));
    EXPECT_FALSE(s.goes_on) << state;
    EXPECT_TRUE(s.holder.empty());
  }
}

TEST(Goroutines, ThatSleepComputeOrReadMayGoOn) {
  for (const char* state : {"sleep", "runnable", "running", "IO wait", "select", "syscall, locked to thread"})
    EXPECT_TRUE(of_dump(goroutine("9 [" + std::string(state) + "]", {"time.Sleep", kOfModule, kOfBlock, kRoutine})).goes_on) << state;
}

TEST(Goroutines, ThatWaitForWorkersGoOnWithThem) {
  const auto waits = goroutine("9 [sync.WaitGroup.Wait]", {"sync.(*WaitGroup).Wait", kOfModule, kOfBlock, kRoutine});
  EXPECT_TRUE(of_dump(waits + goroutine("21 [sleep]", {"time.Sleep", kOfModule}, 9)).goes_on);
  EXPECT_TRUE(of_dump(waits + goroutine("21 [chan receive]", {kOfModule}, 9) + goroutine("22 [runnable]", {kOfModule}, 21)).goes_on);
  EXPECT_FALSE(of_dump(waits + goroutine("21 [chan receive]", {kOfModule}, 9)).goes_on) << "they wait, too";
  EXPECT_FALSE(of_dump(waits + goroutine("21 [sleep]", {"time.Sleep", kOfModule}, 4)).goes_on) << "another one's";
}

TEST(Goroutines, OfConsensusThatIsNotInTheApplicationSayNothingOfABlock) {
  EXPECT_FALSE(of_dump(goroutine("9 [select]", {kRoutine})).goes_on);
}

TEST(Goroutines, ThatHoldTheApplicationAreNamedWhereConsensusWaitsForItsTurn) {
  const auto waits = goroutine("9 [sync.Mutex.Lock]", {"internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock", kDoor, kRoutine});
  const auto other = goroutine("20 [sync.Mutex.Lock]", {"sync.(*Mutex).Lock", kAtDoor, "example.org/rpc.Serve"});
  const auto s = of_dump(waits + other + goroutine("21 [sync.Mutex.Lock]", {"sync.(*Mutex).Lock", kOfModule, kCheckTx, kAtDoor}));
  EXPECT_EQ(abci_method(s.holder), AbciMethod::check_tx);
  EXPECT_EQ(module_of(s.holder), "rewards");
  EXPECT_FALSE(s.goes_on);
  EXPECT_TRUE(of_dump(waits + other + goroutine("21 [sleep]", {"time.Sleep", kOfModule, kCheckTx, kAtDoor})).goes_on);
  EXPECT_TRUE(of_dump(waits + other).holder.empty()) << "it waits, too";
}

TEST(Goroutines, AmongWhichConsensusIsNotAreOfAFailure) {
  EXPECT_EQ(of_dump(goroutine("1 [select]", {"main.main"})).state, kNoGoroutine);
  EXPECT_EQ(of_dump("404 page not found").state, "");
}

TEST(ConsensusProbe, ReadsSharesOfVotes) {
  EXPECT_DOUBLE_EQ(voted_share("BA{4:x__x} 50/100 = 0.50"), 0.5);
  EXPECT_DOUBLE_EQ(voted_share("nil-BitArray"), 0);
  EXPECT_DOUBLE_EQ(voted_share(" = 7"), 1);
}

}  // namespace
}  // namespace rehearse
