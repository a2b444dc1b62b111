// What a Go stack says about a Cosmos SDK node: whose code failed, and what CometBFT had asked for. Frames are the innermost
// first, as Go prints them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "localnet/base/names.h"

namespace rehearse {

struct GoFrame {
  std::string function;  // with its package's path, without arguments: "cosmossdk.io/x/upgrade/keeper.Keeper.ApplyUpgrade"
  std::string file;      // as the compiler had it; empty when the stack is cut off there
  std::int64_t line = 0;
  bool operator==(const GoFrame&) const = default;
};

enum class AbciMethod {
  init_chain,
  check_tx,
  prepare_proposal,
  process_proposal,
  extend_vote,
  verify_vote_extension,
  pre_block,
  begin_block,
  deliver_tx,
  end_block,
  finalize_block,  // none of the four above
  commit,
  query,
  start,  // the application is built: CometBFT has not asked for anything yet
};
const Ordered<AbciMethod>& names(AbciMethod);

// The finest that the stack names; none when nothing of it is known, or CometBFT works for itself.
std::optional<AbciMethod> abci_method(const std::vector<GoFrame>&);

// An upgrade's handler was running: x/upgrade's ApplyUpgrade or the module manager's RunMigrations is on the stack.
bool through_upgrade_handler(const std::vector<GoFrame>&);

// The innermost frame outside Go's library and outside what every chain shares (the SDK but for its modules, stores, CometBFT,
// gRPC, databases). A command's own code counts only when there is nothing else. Null when there is none; else of `frames`.
const GoFrame* first_application_frame(const std::vector<GoFrame>& frames);

// Of that frame: <name> of .../x/<name>/... and of ibc-go's modules, else the last element of its package's path. Empty when
// there is no such frame.
std::string module_of(const std::vector<GoFrame>&);

// CometBFT failed by itself: its own code is further in than the application's and the SDK's.
bool in_consensus_engine(const std::vector<GoFrame>&);

}  // namespace rehearse
