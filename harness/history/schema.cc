#include "harness/history/schema.h"

#include <fmt/format.h>

#include "localnet/base/error.h"

namespace rehearse::history {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kApplication = 0x52485354;  // "RHST", for file(1) and for us
constexpr std::int64_t kSchema = 2;

// `uid` is the same in every file that a night was merged into, `id` is not; `place` is the order of nights, which a merge changes.
// A seed is 64 bits without a sign, and stands here as SQLite has 64 bits, with one.
constexpr const char* kTables = R"sql(
CREATE TABLE nights (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, place INTEGER NOT NULL, state TEXT NOT NULL, started TEXT NOT NULL,
  ended TEXT NOT NULL, seed INTEGER NOT NULL, harness_version TEXT NOT NULL, host TEXT NOT NULL, process INTEGER NOT NULL,
  process_started INTEGER NOT NULL);
CREATE TABLE iterations (
  id INTEGER PRIMARY KEY, night INTEGER NOT NULL REFERENCES nights ON DELETE CASCADE, state TEXT NOT NULL, plan TEXT NOT NULL,
  seed INTEGER NOT NULL, profile TEXT NOT NULL, procedure TEXT NOT NULL, from_release TEXT NOT NULL, to_release TEXT NOT NULL,
  started TEXT NOT NULL, verdict TEXT NOT NULL, cause TEXT NOT NULL, owner TEXT NOT NULL, scope TEXT NOT NULL,
  fingerprint TEXT NOT NULL, evidence TEXT NOT NULL, seconds REAL NOT NULL, bundle TEXT NOT NULL,
  scenario TEXT NOT NULL);
CREATE INDEX iterations_of_night ON iterations (night);
CREATE TABLE phases (
  iteration INTEGER NOT NULL REFERENCES iterations ON DELETE CASCADE, phase TEXT NOT NULL, seconds REAL NOT NULL);
CREATE INDEX phases_of_iteration ON phases (iteration);
CREATE TABLE covered (
  iteration INTEGER NOT NULL REFERENCES iterations ON DELETE CASCADE, phase TEXT NOT NULL, fault TEXT NOT NULL,
  role TEXT NOT NULL, releases TEXT NOT NULL);
CREATE INDEX covered_of_iteration ON covered (iteration);
)sql";

// Since schema 2.
constexpr const char* kMeasures = R"sql(
CREATE TABLE measures (
  iteration INTEGER NOT NULL REFERENCES iterations ON DELETE CASCADE, subject TEXT NOT NULL, what TEXT NOT NULL, value REAL NOT NULL);
CREATE INDEX measures_of_iteration ON measures (iteration);
CREATE TABLE series (
  iteration INTEGER NOT NULL REFERENCES iterations ON DELETE CASCADE, node TEXT NOT NULL, process INTEGER NOT NULL,
  what TEXT NOT NULL, at REAL NOT NULL, value REAL NOT NULL);
CREATE INDEX series_of_iteration ON series (iteration);
)sql";

// For whoever only reads a file of schema 1: the same tables, which nothing is in, beside it.
constexpr const char* kNoMeasures = R"sql(
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE measures (iteration, subject, what, value);
CREATE TEMP TABLE series (iteration, node, process, what, at, value);
)sql";

[[noreturn]] void refuse_file(const fs::path& file, const std::string& why) { throw Error(Blame::scenario, file.string() + ": " + why); }

bool is_empty(const Connection& db) {
  return db.number("PRAGMA application_id") == 0 && db.number("SELECT count(*) FROM sqlite_master") == 0;
}

// Of several that find it empty one makes it, and the others find it made.
void make_tables(const Connection& db) {
  Transaction t(db);
  if (!is_empty(db)) return;
  db.run(kTables);
  db.run(kMeasures);
  db.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplication, kSchema).c_str());
  t.commit();
}

std::int64_t version_of(const Connection& db) { return db.number("PRAGMA user_version"); }

// Of several that find it old one brings it up to date.
void migrate(const Connection& db) {
  if (version_of(db) == kSchema) return;
  Transaction t(db);
  if (version_of(db) == kSchema) return;
  db.run(kMeasures);
  db.run(fmt::format("PRAGMA user_version = {}", kSchema).c_str());
  t.commit();
}

void check_whole(const Connection& db) {
  if (const auto id = db.number("PRAGMA application_id"); id != kApplication)
    refuse_file(db.file(), "is another program's database, not a history: give a file that `rehearse soak --history` has written");
  if (const auto version = version_of(db); version < 1 || version > kSchema)
    refuse_file(db.file(), fmt::format("is a history of schema {}, this harness has {}: use the harness that wrote it, or a later one", version, kSchema));
  Statement check(db, "PRAGMA quick_check(1)");  // the structure only: milliseconds for ten thousand iterations
  const auto found = check.next() ? check.text() : "nothing to check";
  if (found != "ok") db.damaged(found);
}

}  // namespace

Connection open_history(const fs::path& file, Connection::Use use, std::chrono::milliseconds patience) {
  const bool writes = use == Connection::Use::write;
  if (fs::is_directory(file)) refuse_file(file, "is a folder: give a file, such as " + (file / "history.db").string());
  if (!writes && !fs::exists(file)) refuse_file(file, "there is no such history: `rehearse soak --history FILE` writes one");
  std::error_code is_said_when_it_is_opened;
  if (writes && file.has_parent_path()) fs::create_directories(file.parent_path(), is_said_when_it_is_opened);
  Connection db(file, use, patience);
  if (is_empty(db)) {
    if (!writes) refuse_file(file, "is empty: no soak has written to it");
    make_tables(db);
  }
  check_whole(db);
  if (!writes) {
    if (version_of(db) < kSchema) db.run(kNoMeasures);
    db.run("PRAGMA query_only = 1");
    return db;
  }
  migrate(db);
  db.use_wal();
  db.run("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = 1");  // a kill loses nothing; a lost machine, the last seconds
  return db;
}

}  // namespace rehearse::history
