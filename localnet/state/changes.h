// What became of the records of each store from one height of a node to another, told apart by how their keys
// begin, and which of them stand nowhere any more.
//
//   changed_records(state, 19, 20)    // what the block at height 20 did
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "localnet/state/application_state.h"

namespace rehearse {

// Those of a store whose keys begin alike.
struct RecordsBelow {
  std::string prefix;                                // bytes, of all keys that changed
  std::int64_t added = 0, removed = 0, changed = 0;  // keys
  std::int64_t bytes = 0;                            // that keys and values take more than before
  // Removed ones of which neither the key stands in another store, nor the value anywhere: none that came or
  // changed has it. Added ones that are not what was removed elsewhere.
  std::int64_t gone = 0, come = 0;
  std::vector<std::string> examples;  // some keys of those that are gone, bytes
};

struct StoreRecords {
  std::string store;
  bool added = false, removed = false;  // the store itself
  std::map<std::string, RecordsBelow>
      below;            // by kind_of_key()
  std::string trouble;  // why not all that differs is known; the numbers are then too small
};

struct ChangedRecords {
  std::vector<StoreRecords> stores;  // those that differ, by name
  std::string trouble;               // why nothing is known
};

// What tells kinds of record of a store apart: text up to its first / or :, else the first byte.
std::string kind_of_key(const std::string& key);

// Costs what the difference costs; of a store it knows a hundred thousand keys, and says so where there are
// more.
ChangedRecords changed_records(const ApplicationState&, std::int64_t from, std::int64_t to);

// How many records of a store have keys that begin so, counted without reading them.
Read<std::int64_t> records_below(const ApplicationState&, std::string_view store, std::int64_t version,
                                 std::string_view prefix);

}  // namespace rehearse
