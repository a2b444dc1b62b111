#include "harness/history/rows.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <tuple>

namespace rehearse::history {

namespace {

std::int64_t with_sign(std::uint64_t seed) { return static_cast<std::int64_t>(seed); }
std::uint64_t without_sign(std::int64_t seed) { return static_cast<std::uint64_t>(seed); }

template <NamedEnum E>
E named(const Connection& db, const std::string& name) {
  const auto value = find_named<E>(name);
  if (!value) db.damaged("`" + name + "` is none of " + all_names(E{}));
  return *value;
}

// One of another harness may have causes that this one has not.
Cause cause_named(const std::string& name) { return name.empty() ? Cause::none : find_named<Cause>(name).value_or(Cause::unknown); }

// In the order of the columns in both statements.
void bind_iteration(Statement& s, const Iteration& i) {
  const auto& f = i.failure;
  s.bind(name_of(i.state)).bind(i.plan).bind(with_sign(i.seed)).bind(i.profile).bind(i.procedure).bind(i.from).bind(i.to).bind(i.started);
  s.bind(f.verdict).bind(name_of(f.cause)).bind(f.owner).bind(name_of(f.scope)).bind(f.fingerprint).bind(f.evidence);
  s.bind(i.seconds).bind(i.bundle).bind(i.scenario);
}

void insert_measures(const Connection& db, std::int64_t id, const record::Measures& all) {
  Statement measure(db, "INSERT INTO measures VALUES (?, ?, ?, ?)"), point(db, "INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)");
  for (const auto& m : all.of_run) measure.bind(id).bind(name_of(m.of)).bind(name_of(m.what)).bind(m.value).run();
  for (const auto& s : all.series)
    for (const auto& p : s.points) point.bind(id).bind(s.node).bind(std::int64_t{s.process}).bind(name_of(s.what)).bind(p.at).bind(p.value).run();
}

void insert_lists(const Connection& db, std::int64_t id, const Iteration& i) {
  Statement phase(db, "INSERT INTO phases VALUES (?, ?, ?)"), covered(db, "INSERT INTO covered VALUES (?, ?, ?, ?, ?)");
  for (const auto& p : i.phases) phase.bind(id).bind(p.phase).bind(p.seconds).run();
  for (const auto& c : i.covered) covered.bind(id).bind(c.phase).bind(c.fault).bind(c.role).bind(c.releases).run();
  insert_measures(db, id, i.measures);
}

void delete_lists(const Connection& db, std::int64_t id) {
  for (const char* table : {"phases", "covered", "measures", "series"})
    Statement(db, fmt::format("DELETE FROM {} WHERE iteration = ?", table).c_str()).bind(id).run();
}

Iteration read_iteration(const Connection& db, Statement& s) {
  Iteration i;
  i.id = s.integer();
  i.night = s.integer();
  i.state = named<State>(db, s.text());
  i.plan = s.text();
  i.seed = without_sign(s.integer());
  for (auto* text : {&i.profile, &i.procedure, &i.from, &i.to, &i.started, &i.failure.verdict}) *text = s.text();
  i.failure.cause = cause_named(s.text());
  i.failure.owner = s.text();
  i.failure.scope = named<Spread>(db, s.text());
  for (auto* text : {&i.failure.fingerprint, &i.failure.evidence}) *text = s.text();
  i.seconds = s.real();
  i.bundle = s.text();
  i.scenario = s.text();
  return i;
}

// By an iteration's id; damaged where there is none.
using IterationOf = std::function<Iteration&(std::int64_t id)>;

void read_lists(const Connection& db, const IterationOf& of) {
  Statement phases(db, "SELECT iteration, phase, seconds FROM phases ORDER BY rowid");
  while (phases.next()) of(phases.integer()).phases.push_back({phases.text(), phases.real()});
  Statement covered(db, "SELECT iteration, phase, fault, role, releases FROM covered ORDER BY rowid");
  while (covered.next()) of(covered.integer()).covered.push_back({covered.text(), covered.text(), covered.text(), covered.text()});
}

void read_measures(const Connection& db, const IterationOf& of) {
  Statement measures(db, "SELECT iteration, subject, what, value FROM measures ORDER BY rowid");
  while (measures.next()) {
    auto& all = of(measures.integer()).measures.of_run;
    const auto subject = named<record::Subject>(db, measures.text());
    const auto what = named<record::Quantity>(db, measures.text());
    all.push_back({subject, what, measures.real()});
  }
  Statement points(db, "SELECT iteration, node, process, what, at, value FROM series ORDER BY rowid");
  while (points.next()) {
    auto& all = of(points.integer()).measures.series;
    record::Series s;
    s.node = points.text();
    s.process = static_cast<int>(points.integer());
    s.what = named<record::Quantity>(db, points.text());
    const auto same = [&](const record::Series& o) { return std::tie(o.node, o.process, o.what) == std::tie(s.node, s.process, s.what); };
    if (all.empty() || !same(all.back())) all.push_back(std::move(s));
    const double at = points.real();
    all.back().points.push_back({at, points.real()});
  }
}

}  // namespace

std::int64_t insert(const Connection& db, const NightRow& row) {
  const auto& n = row.night;
  Statement s(db,
              "INSERT INTO nights VALUES (NULL, coalesce(nullif(?, ''), lower(hex(randomblob(16)))),"
              " (SELECT coalesce(max(place), 0) + 1 FROM nights), ?, ?, ?, ?, ?, ?, ?, ?)");
  s.bind(row.uid).bind(name_of(n.state)).bind(n.started).bind(n.ended).bind(with_sign(n.seed)).bind(n.harness_version).bind(n.host);
  s.bind(std::int64_t{n.process}).bind(n.process_started).run();
  return db.last_id();
}

std::int64_t insert(const Connection& db, const Iteration& i) {
  Statement s(db, "INSERT INTO iterations VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  s.bind(i.night);
  bind_iteration(s, i);
  s.run();
  const auto id = db.last_id();
  insert_lists(db, id, i);
  return id;
}

bool update(const Connection& db, const Iteration& i) {
  Statement s(db,
              "UPDATE iterations SET state = ?, plan = ?, seed = ?, profile = ?, procedure = ?, from_release = ?, to_release = ?,"
              " started = ?, verdict = ?, cause = ?, owner = ?, scope = ?, fingerprint = ?, evidence = ?, seconds = ?, bundle = ?,"
              " scenario = ? WHERE id = ?");
  bind_iteration(s, i);
  s.bind(i.id).run();
  if (!db.changed()) return false;
  delete_lists(db, i.id);
  insert_lists(db, i.id, i);
  return true;
}

std::vector<NightRow> read_nights(const Connection& db) {
  std::vector<NightRow> all;
  Statement s(db,
              "SELECT id, uid, state, started, ended, seed, harness_version, host, process, process_started FROM nights"
              " ORDER BY place, id");
  while (s.next()) {
    NightRow row;
    auto& n = row.night;
    n.id = s.integer();
    row.uid = s.text();
    n.state = named<State>(db, s.text());
    n.started = s.text();
    n.ended = s.text();
    n.seed = without_sign(s.integer());
    n.harness_version = s.text();
    n.host = s.text();
    n.process = static_cast<int>(s.integer());
    n.process_started = s.integer();
    all.push_back(std::move(row));
  }
  return all;
}

std::vector<Iteration> read_iterations(const Connection& db, Detail detail) {
  std::vector<Iteration> all;
  std::map<std::int64_t, std::size_t> place;  // by id
  Statement s(db, "SELECT i.* FROM iterations i JOIN nights n ON n.id = i.night ORDER BY n.place, n.id, i.id");
  while (s.next()) {
    all.push_back(read_iteration(db, s));
    place[all.back().id] = all.size() - 1;
  }
  const auto of = [&](std::int64_t id) -> Iteration& {
    if (!place.count(id)) db.damaged(fmt::format("there is no iteration {}", id));
    return all[place[id]];
  };
  read_lists(db, of);
  if (detail == Detail::all) read_measures(db, of);
  return all;
}

}  // namespace rehearse::history
