// Databases of Cosmos applications, made without a chain: stores as iavl 1.x writes them, in a LevelDB.
//
//   made::State a(folder / "a");
//   a.store("bank").set("alice", "10");
//   a.commit();                             // height 1
//   auto b = a.copy(folder / "b");          // the same state, in a database of its own
#pragma once

#include <leveldb/db.h>
#include <leveldb/write_batch.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace rehearse::made {

struct TreeNode;
using Tree = std::shared_ptr<TreeNode>;  // null: empty; what was written once is shared by the trees that follow

// Changes take effect with the commit.
class Store {
 public:
  void set(const std::string& key, const std::string& value);
  void remove(const std::string& key);

 private:
  friend class State;
  Tree tree;
};

class State {
 public:
  explicit State(std::filesystem::path folder);

  Store& store(const std::string& name) { return stores_[name]; }
  void drop(const std::string& name) { stores_.erase(name); }
  // All changes since, as the next height.
  void commit();
  // The stores of the next height, without its commit: where a node ended in between. The state is of no more use.
  void commit_half(std::size_t stores);
  // What pruning leaves of a store's height: a root that the next height refers to gets the number 0.
  void prune(const std::string& store, std::int64_t height);
  std::int64_t height() const { return height_; }
  // What was committed last.
  State copy(const std::filesystem::path& folder);
  // What was committed goes from the log into a table.
  void reopen() {
    close();
    open(folder_);
  }
  // Lets go of the files.
  void close() { database_.reset(); }

 private:
  State() = default;
  void open(std::filesystem::path folder);
  std::string save(const std::string& name, Store& store, std::int64_t height);  // its hash
  void put(const std::string& key, const std::string& value);
  void flush();

  std::filesystem::path folder_;
  std::unique_ptr<leveldb::DB> database_;
  leveldb::WriteBatch batch_;
  std::map<std::string, Store> stores_;
  std::int64_t height_ = 0;
};

// Where a key of a store stands in the database.
std::string store_key(const std::string& store, const std::string& key);
// Where a node of iavl 1.x stands in its store.
std::string node_key(std::int64_t version, std::uint32_t nonce);

}  // namespace rehearse::made
