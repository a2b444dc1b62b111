// What each block wrote before an upgrade, and none does since: a module whose part of the block is not run any more.
#pragma once

#include "harness/record/run_record.h"
#include "localnet/state/application_state.h"
#include "localnet/state/database.h"

namespace rehearse {

// Tells it of the blocks around `heights.upgrade`, as far as they are there and have no transactions. `blockstore`
// is the same node's.
record::BlockWrites block_writes(const ApplicationState&, const Database& blockstore, const record::StateChanges& heights);

}  // namespace rehearse
