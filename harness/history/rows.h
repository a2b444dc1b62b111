// Nights and iterations as rows of a history's tables.
#pragma once

#include <string>
#include <vector>

#include "harness/history/history.h"
#include "harness/history/sqlite.h"

namespace rehearse::history {

struct NightRow {
  Night night;
  std::string uid;  // empty: it is given one
};

// Behind all nights that are there. Returns its id; that of the argument says nothing.
std::int64_t insert(const Connection&, const NightRow&);
std::int64_t insert(const Connection&, const Iteration&);
// All of it but its night. False: there is none of that id.
bool update(const Connection&, const Iteration&);

// In the nights' order; iterations within a transaction, or their lists may be of others. Throw Error(Blame::scenario) for what no
// harness writes.
std::vector<NightRow> read_nights(const Connection&);
std::vector<Iteration> read_iterations(const Connection&, Detail);

}  // namespace rehearse::history
