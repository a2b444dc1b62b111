// What each block wrote before an upgrade, and none does since: a module whose part of the block is not run any more.
#pragma once

#include <functional>

#include "harness/record/run_record.h"
#include "localnet/state/application_state.h"
#include "localnet/state/database.h"

namespace rehearse {

// Nothing is known of the block at that height that would make it write what others do not.
using OrdinaryBlock = std::function<bool(std::int64_t height)>;

// Tells it of the ordinary blocks around `heights.upgrade`, as far as they are there and neither they nor the ones below have transactions.
// `blockstore` is the same node's.
record::BlockWrites block_writes(const ApplicationState&, const Database& blockstore, const record::StateChanges& heights, const OrdinaryBlock&);

}  // namespace rehearse
