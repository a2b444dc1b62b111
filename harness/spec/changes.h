// What an upgrade changes on purpose, announced by a scenario or by a release's entry in its manifest; both
// count.
//
//   changes:
//     parameters: [staking.max_validators]      a module's name and its field
//     queries: [/cosmos.mint.v1beta1.Query/Inflation]
//     transactions: [delegate]                  kinds that the profile names
//     events: [transfer.recipient, message]     of transactions: an attribute, or a whole type, that is gone
//     records: [bank/supply, group]             keys of a store that begin so, or all of it
//     invariants: ["NAME"]                      that need not hold any more
//     errors: [no feed is configured]           parts of what it logs as errors, which are harmless
//     supply: true                              coins are minted or burned
#pragma once

#include <string>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/base/json.h"

namespace rehearse {

struct Changes {
  std::vector<Located<std::string>> parameters, queries, transactions, events, records, invariants, errors;
  bool supply = false;
};

template <class V>
void describe(V& v, Changes& c) {
  v.optional("parameters", c.parameters, "module.field whose value changes");
  v.optional("queries", c.queries, "routes that are gone, as the item that asks them names them");
  v.optional("transactions", c.transactions, "kinds that are refused from then on, or cost another amount");
  v.optional("events", c.events, "type, or type.attribute, that transactions' events do not have any more, or nodes do not index");
  v.optional("records", c.records, "store, or store/prefix, whose records may vanish, or are not written by each block any more");
  v.optional("invariants", c.invariants, "names of the profile's that need not hold any more");
  v.optional("errors", c.errors, "parts of messages that the new release logs as errors, and that are harmless");
  v.optional("supply", c.supply, "coins are minted or burned");
}

// Throws Error(Blame::scenario), at its line, for a name that cannot be one of its list.
void check_form(const Changes&);
// Of both.
Changes merged(Changes, const Changes&);
// Whether a list has the name, or what it stands below: `consensus.block` has consensus.block.max_bytes, and a service its methods.
bool announces(const std::vector<Located<std::string>>&, const std::string& name);

// Whether one of them is a part of the message.
bool announces_error(const std::vector<Located<std::string>>&, const std::string& message);

// As a run's conditions keep them: the names alone.
nlohmann::json to_json(const Changes&);
// Of what to_json() gave; of what is no object: none.
Changes changes_from_json(const nlohmann::json&);

}  // namespace rehearse
