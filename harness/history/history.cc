#include "harness/history/history.h"

#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "harness/history/merge.h"
#include "harness/history/nightly.h"
#include "harness/history/rows.h"
#include "harness/history/schema.h"
#include "localnet/base/utc.h"
#include "localnet/process/proc.h"

namespace rehearse::history {

const Ordered<State>& names(State) {
  static const Ordered<State> all = {{"running", State::running}, {"done", State::done}, {"interrupted", State::interrupted}};
  return all;
}

namespace {

std::int64_t start_of(int process) {
  const auto found = identify(process);
  return found ? found->started : 0;
}

bool still_lives(const Night& n) { return n.process_started && is_alive({n.process, n.process_started}); }

void set_ended(const Connection& db, const Night& n, State state, const std::string& when) {
  Statement(db, "UPDATE nights SET state = ?, ended = ? WHERE id = ?").bind(name_of(state)).bind(when).bind(n.id).run();
}

}  // namespace

struct History::Db {
  Connection connection;
};

History::History(std::unique_ptr<Db> db) : db_(std::move(db)) {}
History::History(std::filesystem::path file, std::chrono::milliseconds patience)
    : History(std::make_unique<Db>(Db{open_history(file, Connection::Use::write, patience)})) {}
History History::existing(std::filesystem::path file) {
  return History(std::make_unique<Db>(Db{open_history(file, Connection::Use::read, std::chrono::seconds(10))}));
}
History::~History() = default;
History::History(History&&) noexcept = default;

std::int64_t History::begin(const Night& night) {
  NightRow row{night, ""};
  row.night.state = State::running;
  if (!row.night.process_started) row.night.process_started = start_of(night.process);
  Transaction t(db_->connection);
  const auto id = insert(db_->connection, row);
  t.commit();
  return id;
}

void History::end(std::int64_t night, State state) {
  Transaction t(db_->connection);
  Night n;
  n.id = night;
  set_ended(db_->connection, n, state, utc());
  if (!db_->connection.changed()) throw std::invalid_argument(fmt::format("night {} has not begun in this history", night));
  t.commit();
}

std::int64_t History::begin(const Iteration& iteration) {
  Transaction t(db_->connection);
  auto begun = iteration;
  begun.state = State::running;
  const auto id = insert(db_->connection, begun);
  t.commit();
  return id;
}

void History::end(const Iteration& iteration) {
  Transaction t(db_->connection);
  if (!update(db_->connection, iteration)) throw std::invalid_argument(fmt::format("iteration {} has not begun in this history", iteration.id));
  t.commit();
}

std::vector<Iteration> History::mark_interrupted(const std::string& host) {
  Transaction t(db_->connection);
  const auto all = read_iterations(db_->connection, Detail::all);
  std::set<std::int64_t> over;  // nights
  for (const auto& n : nights()) {
    if (n.host != host || (n.state == State::running && still_lives(n))) continue;
    over.insert(n.id);
    if (n.state == State::running) set_ended(db_->connection, n, State::interrupted, last_sign_of_life(n, all));
  }
  std::vector<Iteration> marked;
  for (const auto& i : all) {
    if (i.state != State::running || !over.count(i.night)) continue;
    marked.push_back(i);
    marked.back().state = State::interrupted;
    update(db_->connection, marked.back());
  }
  t.commit();
  return marked;
}

std::vector<Night> History::nights() const {
  std::vector<Night> all;
  for (auto& row : read_nights(db_->connection)) all.push_back(std::move(row.night));
  return all;
}

std::vector<Iteration> History::iterations(Detail detail) const {
  Transaction t(db_->connection, Connection::Use::read);
  return read_iterations(db_->connection, detail);
}

int History::merge(const History& other) {
  const auto nights = read_nights(other.db_->connection);
  return merge_nights(db_->connection, nights, other.iterations());
}

}  // namespace rehearse::history
