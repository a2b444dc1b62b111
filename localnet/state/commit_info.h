// What a Cosmos chain commits at a height: its stores and their hashes, of which the block's AppHash is made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

struct CommitInfo {
  struct Store {
    std::string name;  // of the KV store: that of auth is "acc"
    std::string hash;  // bytes, not hex
  };
  std::int64_t version = 0;  // the height
  std::vector<Store> stores;

  // Null: there is no such store.
  const Store* find(std::string_view name) const;
};

// The value of `s/<version>`, protobuf; nothing when it is none.
std::optional<CommitInfo> read_commit_info(std::string_view bytes);

// The hash in the header of the block after it: a Merkle tree of the stores, sorted by name. Bytes.
std::string app_hash(const CommitInfo&);

}  // namespace rehearse
