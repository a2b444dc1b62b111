// The database of a node that has stopped, read on a copy. The node's own folder is only read from, a live node's lock is
// not touched; what is read of a node that still writes may not fit together, and is then said to be damaged.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "localnet/state/read.h"

namespace rehearse {

// Who wrote a database, from the names of its files: the node's `app-db-backend`.
enum class Backend {
  none,  // no folder, or nothing in it
  goleveldb,
  pebbledb,
  rocksdb,
  other,
};
Backend backend_of(const std::filesystem::path& folder);

// LevelDB as goleveldb writes it. One thread.
class Database {
 public:
  // Links the tables of `folder` (data/application.db), which never change, into `scratch`, copies the rest, and opens that:
  // milliseconds, whatever the size. On another file system all of it is copied. `scratch` must not exist or be empty; it
  // belongs to the database and is removed with it.
  static Read<Database> open(const std::filesystem::path& folder, const std::filesystem::path& scratch);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // Neither value nor trouble: there is no such key.
  Read<std::string> get(std::string_view key) const;
  // Why what was written last may be missing, though nothing is known to be damaged; empty: nothing speaks for it.
  const std::string& doubt() const;
  // The node's folder, for messages.
  const std::filesystem::path& folder() const;

 private:
  struct Opened;
  explicit Database(std::unique_ptr<Opened>);
  std::unique_ptr<Opened> opened_;
};

}  // namespace rehearse
