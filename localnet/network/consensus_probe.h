// Where the consensus of a node is that is alive and makes no block: asked of its RPC, and of its goroutines
// (pprof).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "localnet/base/json.h"
#include "localnet/cosmos/go_frames.h"
#include "localnet/http/http.h"

namespace rehearse {

struct ConsensusState {
  std::int64_t height = 0;  // 0: consensus does not answer
  int round = 0;
  int step = 0;  // CometBFT's, 1 NewHeight to 8 Commit
  double prevoted = 0,
         precommitted = 0;  // share of the voting power whose votes of this round the node has, 0 to 1
  int peers = 0;
  std::int64_t extensions_from = 0;  // the height from which on votes have extensions; 0: off, or not known
  // Of its goroutines, where pprof answers.
  std::vector<GoFrame> stack;  // of the one that runs consensus; empty when it is not known, or there is none
  std::string state;           // what that one does, as Go says it: "sync.Mutex.Lock"; kNoGoroutine: it has ended; empty: not known
  std::vector<GoFrame> holder; // consensus waits for its turn to call the application: of the one that is in there
  bool goes_on = false;        // who is in the application, or one that it has begun, may go on by itself: it sleeps, runs, reads
};

// Takes height, round, step and votes from the `result` of /dump_consensus_state. Throws on anything else.
void read_consensus_state(ConsensusState&, const nlohmann::json& result);
// "BA{4:x__x} 50/100 = 0.50" -> 0.5; what is no such text is 0.
double voted_share(const std::string& bit_array);
// Takes what goroutines do from a dump of all (debug=2).
void read_goroutines_of(ConsensusState&, const std::string& dump);

// `done` is called once, from the loop. What does not answer within a second is left out; consensus that
// waits for the application answers nothing itself, and its stack says where it is.
void probe_consensus(Http&, const std::string& rpc_url, const std::string& pprof_url,
                     std::function<void(ConsensusState)> done);

}  // namespace rehearse
