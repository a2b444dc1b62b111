// What single blocks wrote into the state, by kinds of record: what each of them does, whoever sends transactions.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "localnet/state/application_state.h"
#include "localnet/state/database.h"

namespace rehearse {

using RecordKind = std::pair<std::string, std::string>;  // store, kind_of_key()

// Also of records whose values stayed the same. With trouble when that height, or the one below it, is not there any more, or too much
// differs to be read.
Read<std::set<RecordKind>> written_by_block(const ApplicationState&, std::int64_t height);

// How many transactions a block has, from the node's blockstore.db as CometBFT 0.37 and 0.38 write it. Neither value nor trouble: it has no
// such block.
Read<std::int64_t> transactions_of_block(const Database& blockstore, std::int64_t height);

}  // namespace rehearse
