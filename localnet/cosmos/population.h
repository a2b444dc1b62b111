// What a chain in use has and a new one has not: accounts, delegations, a vote under way and the chain's own records, all in
// the genesis.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/cosmos/genesis.h"
#include "localnet/base/template.h"
#include "localnet/base/json.h"

namespace rehearse {

struct Population {
  std::int64_t accounts = 0, delegations = 0;
  std::int64_t records = 0;  // of each kind that the profile names
  std::int64_t votes = 0;    // on a proposal whose voting outlasts any run
};

inline constexpr const char* kProposalUnderWay = "1";

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
std::string generated_account(std::int64_t ordinal, const std::string& bech32_prefix);

// Adds accounts, each with coins of its own number, and delegations of theirs to the validators in turn.
void populate(GenesisSpec&, const Population&);
// Adds a proposal that is voted on, and that many votes. Throws Error(Blame::scenario) when the chain has no app_state.gov.
void add_votes(nlohmann::json& genesis, const Population&, const std::string& bech32_prefix);
// Adds records of every kind to the genesis; `values` are those of genesis patches, `where` is the templates' file. Throws
// Error(Blame::scenario) for a path that is no list.
void add_records(nlohmann::json& genesis, const std::vector<RecordTemplate>&, const Population&, const Values& values,
                 const std::string& bech32_prefix, const std::string& where);

}  // namespace rehearse
