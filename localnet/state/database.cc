#include "localnet/state/database.h"

#include <fmt/format.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "localnet/base/text.h"
#include "localnet/state/log_tail.h"
#include "localnet/state/read_only_env.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// Each table that is open takes a descriptor, and the harness has others.
constexpr int kOpenTables = 200;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    names.push_back(i->path().filename());
  std::ranges::sort(names);
  return names;
}

bool is_table(std::string_view name) { return name.ends_with(".ldb") || name.ends_with(".sst"); }

bool is_copied(std::string_view name) {
  return name == "CURRENT" || name.starts_with("MANIFEST-") || name.ends_with(".log");
}

// "" when it is done.
std::string take_over(const fs::path& from, const fs::path& to, bool link) {
  std::error_code error;
  if (link) fs::create_hard_link(from, to, error);
  if (!link || error) fs::copy_file(from, to, error);
  return error ? fmt::format("{} cannot be copied to {}: {}", from.string(), to.string(), error.message()) : "";
}

std::string copy_database(const fs::path& folder, const fs::path& scratch) {
  std::error_code error;
  fs::create_directories(scratch, error);
  if (error) return fmt::format("{} cannot be made: {}", scratch.string(), error.message());
  for (const auto& name : names_in(folder)) {
    if (!is_table(name) && !is_copied(name)) continue;
    if (auto trouble = take_over(folder / name, scratch / name, is_table(name)); !trouble.empty()) return trouble;
  }
  return "";
}

std::string why_not_leveldb(const fs::path& folder) {
  const auto name = folder.string();
  switch (backend_of(folder)) {
    case Backend::goleveldb: return "";
    case Backend::pebbledb: return name + " was written by pebbledb; only goleveldb can be read";
    case Backend::rocksdb: return name + " was written by rocksdb; only goleveldb can be read";
    case Backend::other: return name + " is no LevelDB database: it has no CURRENT file that names a manifest";
    case Backend::none: break;
  }
  // Chains with memiavl keep their state there, and this database empty or not at all.
  std::error_code none;
  if (fs::exists(folder.parent_path() / "memiavl.db", none))
    return fmt::format("{} holds nothing: the state is in memiavl.db, which cannot be read", name);
  return name + (fs::exists(folder, none) ? " is empty" : " does not exist");
}

// Of the copy, before LevelDB takes its logs over.
std::string doubt_about(const fs::path& scratch) {
  for (const auto& name : names_in(scratch))
    if (is_copied(name) && name != "CURRENT" && ends_within_entry(read_file(scratch / name)))
      return name + " ends in the middle of an entry: what was written last may be missing";
  return "";
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

Backend backend_of(const fs::path& folder) {
  const auto names = names_in(folder);
  if (names.empty()) {
    std::error_code none;
    return fs::is_regular_file(folder, none) ? Backend::other : Backend::none;
  }
  const auto any = [&](auto is) { return std::ranges::any_of(names, is); };
  if (any([](const auto& n) { return n == "IDENTITY"; })) return Backend::rocksdb;
  if (any([](const auto& n) { return n.starts_with("marker."); })) return Backend::pebbledb;
  // Both have it, and LevelDB none; the first lines of it say whose it is.
  const auto options = std::ranges::find_if(names, [](const auto& n) { return n.starts_with("OPTIONS"); });
  if (options != names.end()) {
    std::ifstream in(folder / *options);
    for (std::string line; std::getline(in, line);)
      if (line.find("rocksdb_version") != std::string::npos) return Backend::rocksdb;
    return Backend::pebbledb;
  }
  return any([](const auto& n) { return n == "CURRENT"; }) ? Backend::goleveldb : Backend::other;
}

struct Database::Opened {
  Opened(fs::path folder, fs::path scratch) : folder(std::move(folder)), scratch(std::move(scratch)) {}
  ~Opened() {
    db.reset();
    std::error_code none;
    fs::remove_all(scratch, none);
  }

  // LevelDB's words, with the node's folder for the copy's and the file that they are about.
  std::string trouble(const leveldb::Status& status) const {
    auto text = status.ToString();
    replace_all(text, scratch.string() + "/", "");
    const auto& file = env.last_read();
    if (!file.empty() && text.find(".ldb") == std::string::npos && text.find(file) == std::string::npos)
      text = file + ": " + text;
    return fmt::format("{} {}: {}", folder.string(), status.IsCorruption() ? "is damaged" : "cannot be read", text);
  }

  fs::path folder, scratch;
  std::string doubt;
  ReadOnlyEnv env;
  // goleveldb's tables have it when Cosmos chains write them.
  std::unique_ptr<const leveldb::FilterPolicy> filter{leveldb::NewBloomFilterPolicy(10)};
  std::unique_ptr<leveldb::DB> db;
};

Database::Database(std::unique_ptr<Opened> opened) : opened_(std::move(opened)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Read<Database> Database::open(const fs::path& folder, const fs::path& scratch) {
  if (auto why = why_not_leveldb(folder); !why.empty()) return {{}, std::move(why)};
  if (!names_in(scratch).empty()) return {{}, scratch.string() + " is not empty: a copy of a database cannot be made there"};
  auto opened = std::make_unique<Opened>(folder, scratch);
  if (auto trouble = copy_database(folder, scratch); !trouble.empty()) return {{}, std::move(trouble)};

  opened->doubt = doubt_about(scratch);
  leveldb::Options options;
  options.env = &opened->env;
  options.paranoid_checks = true;
  options.max_open_files = kOpenTables;
  options.filter_policy = opened->filter.get();
  leveldb::DB* db = nullptr;
  const auto status = leveldb::DB::Open(options, scratch.string(), &db);
  opened->db.reset(db);
  opened->env.seal();
  if (!status.ok()) return {{}, opened->trouble(status)};
  return {Database(std::move(opened)), {}};
}

Read<std::string> Database::get(std::string_view key) const {
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  std::string value;
  const auto status = opened_->db->Get(options, leveldb::Slice(key.data(), key.size()), &value);
  if (status.ok()) return {std::move(value), {}};
  if (status.IsNotFound()) return {};
  return {{}, opened_->trouble(status)};
}

const std::string& Database::doubt() const { return opened_->doubt; }

const fs::path& Database::folder() const { return opened_->folder; }

}  // namespace rehearse
