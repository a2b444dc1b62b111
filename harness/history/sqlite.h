// SQLite's C API behind three small classes: a connection, a prepared statement, a transaction. What SQLite refuses becomes an
// Error that names the file and what to do.
//
//   Transaction t(db);
//   Statement(db, "UPDATE nights SET state = ? WHERE id = ?").bind(name_of(State::done)).bind(night).run();
//   t.commit();
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace rehearse::history {

class Connection {
 public:
  enum class Use { write, read };  // write: made when it is not there

  // `patience`: how long another program that holds the lock is waited for.
  // Throws Error(Blame::scenario) for what is no database, Error(Blame::machine) for what cannot be opened.
  Connection(std::filesystem::path file, Use, std::chrono::milliseconds patience);

  void run(const char* sql) const;  // without parameters, without rows
  std::int64_t number(const char* sql) const;  // the first column of the first row; 0: none
  void use_wal() const;
  std::int64_t last_id() const;
  std::int64_t changed() const;  // rows, by the last statement
  const std::filesystem::path& file() const { return file_; }
  sqlite3* get() const { return db_.get(); }

  // Of the code that SQLite returned. Throws Error, as said above.
  [[noreturn]] void fail(int code) const;
  // What is in it makes no sense. Throws Error(Blame::scenario).
  [[noreturn]] void damaged(const std::string& what) const;

 private:
  struct Close {
    void operator()(sqlite3*) const;
  };
  std::filesystem::path file_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<sqlite3, Close> db_;
};

// Parameters are bound from the first to the last, columns read from the first to the last of each row.
class Statement {
 public:
  Statement(const Connection&, const char* sql);

  Statement& bind(std::int64_t);
  Statement& bind(double);
  Statement& bind(const std::string&);

  bool next();  // to the first row, then to the next; false: there is none
  void run();   // to its end, and ready to be bound again

  std::int64_t integer();
  double real();
  std::string text();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt*) const;
  };
  const Connection& db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0, read_ = 0;
};

// Taken back unless committed. One that writes takes the lock at once: had it begun by reading, it could not wait for that. One
// that reads sees the file as it was at its first statement.
class Transaction {
 public:
  explicit Transaction(const Connection&, Connection::Use = Connection::Use::write);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  void commit();

 private:
  const Connection& db_;
  bool open_ = true;
};

}  // namespace rehearse::history
