// In which keys two states differ: of two nodes at one height, or of one node at two heights, which is what the blocks
// between them changed. It costs what the difference costs, not what the state does: equal parts are stepped over.
//
//   compare({a, 20}, {b, 20}, {})    // two nodes whose app hashes differ
//   compare({a, 19}, {a, 20}, {})    // what the block at height 20 changed
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "localnet/state/application_state.h"

namespace rehearse {

struct StateAt {
  const ApplicationState& state;
  std::int64_t version;
};

// What is beyond is counted or said, not kept.
struct CompareLimits {
  std::size_t differences = 50;      // kept of a store
  std::size_t nodes = 100'000;       // read of a store, of both sides together
  std::size_t value_bytes = 4'096;   // kept of a value
};

struct StoredValue {
  std::string bytes;         // the first of them
  std::size_t size = 0;      // of all
  std::int64_t written = 0;  // the height at which it was
  bool cut() const { return bytes.size() < size; }
};

// A key's values; nothing where it has none. Equal ones were written at different heights, which makes another hash, too.
struct KeyDifference {
  std::string key;
  std::optional<StoredValue> left, right;
};

struct StoreDifference {
  std::string store;
  std::string left_hash, right_hash;  // bytes; empty: the store is not there
  std::int64_t only_left = 0, only_right = 0, changed = 0, rewritten = 0;  // keys; rewritten: with the same value
  std::vector<KeyDifference> keys;    // in the order of the keys; those with equal values last
  std::size_t nodes_read = 0;
  std::string trouble;  // why it was not compared, or not to its end: the counts are then what was found until there

  std::int64_t count() const { return only_left + only_right + changed; }
  // All was compared, and every key has the same value, written at the same height: the trees have different shapes, as when
  // a node has written and removed a key that the other has not.
  bool only_shape() const { return trouble.empty() && count() + rewritten == 0; }
  // Not all that were counted are in `keys`.
  bool cut() const { return static_cast<std::int64_t>(keys.size()) < count() + rewritten; }
};

struct StateDifference {
  std::vector<StoreDifference> stores;  // those that differ, by name
  std::size_t equal = 0;                // how many others there are
  std::string trouble;                  // why nothing could be compared
};

StateDifference compare(const StateAt& left, const StateAt& right, const CompareLimits&);

}  // namespace rehearse
