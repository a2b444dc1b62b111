#include "harness/history/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "localnet/base/error.h"

namespace rehearse::history {

namespace fs = std::filesystem;

namespace {

// A reader, too, needs files beside a database in WAL mode. Where it can make none, there can be no writer either.
std::string address_of(const fs::path& file, Connection::Use use) {
  std::string out = "file:";
  for (const char c : fs::absolute(file).string()) out += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02X}", c) : std::string(1, c);
  const bool alone = ::access(fs::absolute(file).parent_path().c_str(), W_OK) != 0 && !fs::exists(file.string() + "-wal");
  return use == Connection::Use::read && alone ? out + "?immutable=1" : out;
}

struct Advice {
  Blame blame;
  const char* what;  // is wrong, and what to do
};

Advice advice_on(int code) {
  switch (code & 0xFF) {
    case SQLITE_NOTADB: return {Blame::scenario, "is no history: give a file that `rehearse soak --history` has written, or one that is not there yet"};
    case SQLITE_CORRUPT:
      return {Blame::scenario, "is damaged: put a copy of it in its place, or save what can be read with `sqlite3 FILE .recover`"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {Blame::machine, "stayed locked by another program: end that one (`fuser FILE` names it), and try again"};
    case SQLITE_FULL: return {Blame::machine, "cannot be written, the disk is full: free some space, and try again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return {Blame::machine, "cannot be opened for that: allow reading and writing of the file and of its folder, or give another"};
    default: return {Blame::machine, "the disk or SQLite has failed"};
  }
}

}  // namespace

void Connection::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Connection::Connection(fs::path file, Use use, std::chrono::milliseconds patience) : file_(std::move(file)), patience_(patience) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_READWRITE | (use == Use::write ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(address_of(file_, use).c_str(), &db, flags, nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, static_cast<int>(patience.count()));
}

void Connection::run(const char* sql) const {
  if (const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK) fail(code);
}

std::int64_t Connection::number(const char* sql) const {
  Statement s(*this, sql);
  return s.next() ? s.integer() : 0;
}

// SQLite waits for nobody who would have to be alone for it.
void Connection::use_wal() const {
  constexpr int kPause = 20;  // milliseconds
  for (auto left = patience_; true; left -= std::chrono::milliseconds(sqlite3_sleep(kPause))) {
    const int code = sqlite3_exec(db_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return;
    if ((code & 0xFF) != SQLITE_BUSY || left.count() <= 0) fail(code);
  }
}

std::int64_t Connection::last_id() const { return sqlite3_last_insert_rowid(db_.get()); }

std::int64_t Connection::changed() const { return sqlite3_changes64(db_.get()); }

void Connection::fail(int code) const {
  const auto advice = advice_on(code);
  throw Error(advice.blame, fmt::format("{}: {} (SQLite: {})", file_.string(), advice.what, db_ ? sqlite3_errmsg(db_.get()) : sqlite3_errstr(code)));
}

void Connection::damaged(const std::string& what) const {
  const auto advice = advice_on(SQLITE_CORRUPT);
  throw Error(advice.blame, fmt::format("{}: {} ({})", file_.string(), advice.what, what));
}

void Statement::Finalize::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }

Statement::Statement(const Connection& db, const char* sql) : db_(db) {
  sqlite3_stmt* s = nullptr;
  if (const int code = sqlite3_prepare_v2(db.get(), sql, -1, &s, nullptr); code != SQLITE_OK) db.fail(code);
  statement_.reset(s);
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(double value) {
  sqlite3_bind_double(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(const std::string& value) {
  sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

bool Statement::next() {
  read_ = 0;
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) db_.fail(code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (next()) {
  }
  sqlite3_reset(statement_.get());
  bound_ = 0;
}

std::int64_t Statement::integer() { return sqlite3_column_int64(statement_.get(), read_++); }

double Statement::real() { return sqlite3_column_double(statement_.get(), read_++); }

std::string Statement::text() {
  const auto* bytes = sqlite3_column_text(statement_.get(), read_);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), read_++));
  return bytes ? std::string(reinterpret_cast<const char*>(bytes), size) : "";
}

Transaction::Transaction(const Connection& db, Connection::Use use) : db_(db) { db_.run(use == Connection::Use::write ? "BEGIN IMMEDIATE" : "BEGIN"); }

Transaction::~Transaction() {
  if (open_) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  db_.run("COMMIT");
  open_ = false;
}

}  // namespace rehearse::history
