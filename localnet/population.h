// What a chain in use has and a new one has not: accounts, delegations and the chain's own records, all in the genesis.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "localnet/decode.h"
#include "localnet/genesis.h"
#include "localnet/template.h"

namespace rehearse {

struct Population {
  std::int64_t accounts = 0, delegations = 0, records = 0;  // records: of each kind that the profile names
};

// A kind of record, of which each account in turn gets one.
struct RecordTemplate {
  std::string at;       // dotted path of a list in genesis.json
  nlohmann::json each;  // its strings are templates over known_record_values()
};

template <class V>
void describe(V& v, RecordTemplate& r) {
  v.required("at", r.at, "dotted path of the list in genesis.json");
  v.required("each", r.each, "a record; {account}, {ordinal} and {digest} are computed, and what `genesis` may name");
}

const std::vector<std::string>& known_record_values();

// Address of the ordinal-th account, from 1. Nobody has its key.
std::string inhabitant(std::int64_t ordinal, const std::string& bech32_prefix);

// Adds accounts, each with coins of its own number, and delegations of theirs to the validators in turn.
void populate(GenesisSpec&, const Population&);
// Adds records of every kind to the genesis; `values` are those of genesis patches, `where` is the templates' file. Throws
// Error(Blame::scenario) for a path that is no list.
void add_records(nlohmann::json& genesis, const std::vector<RecordTemplate>&, const Population&, const Values& values,
                 const std::string& bech32_prefix, const std::string& where);

}  // namespace rehearse
