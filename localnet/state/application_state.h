// The state of a Cosmos application at its heights: stores, each an IAVL tree, in the database of a node that has stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "localnet/state/commit_info.h"
#include "localnet/state/database.h"
#include "localnet/state/iavl_node.h"
#include "localnet/state/read.h"

namespace rehearse {

// Where a store's tree begins.
struct StoreRoot {
  std::optional<std::string> name;  // of its first node (iavl_name); none: the store holds no key
};

class ApplicationState {
 public:
  explicit ApplicationState(Database database) : database_(std::move(database)) {}
  // As Database::open, with the same folders.
  static Read<ApplicationState> open(const std::filesystem::path& folder, const std::filesystem::path& scratch);

  // The last height that was committed; neither value nor trouble: none was.
  Read<std::int64_t> latest() const;
  // With trouble when there was no commit at that height, or not yet.
  Read<CommitInfo> commit(std::int64_t version) const;
  // With trouble when the height was pruned, or the store did not exist at it.
  Read<StoreRoot> root(std::string_view store, std::int64_t version) const;
  // With trouble when there is no such node.
  Read<IavlNode> node(std::string_view store, std::string_view name) const;
  // The hash of what `root` names: what commit() says of the store, if the database is sound.
  Read<std::string> root_hash(std::string_view store, std::int64_t version) const;

  // The value of a key at a height; neither value nor trouble: it has none.
  Read<std::string> value(std::string_view store, std::int64_t version, std::string_view key) const;

  // Stores that already hold the height after the latest: a node ended in the middle of its commit.
  std::vector<std::string> ahead() const;

  const Database& database() const { return database_; }

 private:
  Database database_;
};

}  // namespace rehearse
