// What holds of a state after every block, whatever the blocks do: sums and counts of records in its stores
// that belong together, as x/crisis had them in code.
//
//   - name: a validator's shares are those of its delegations
//     of: {records: staking/0x21, key: [validator], by: [validator], sum: "6"}
//     equals: {records: staking/0x31, key: [delegator, validator], by: [validator], sum: "3"}
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/state/application_state.h"

namespace rehearse {

// Records of a store whose keys begin alike, counted or added up.
struct RecordSum {
  std::string records;           // store, or store/prefix: text, or 0x and hex
  std::vector<std::string> key;  // its parts after the prefix: `name` after its length in a byte, `name:8` of
                                 // 8 bytes, `name*` the rest
  std::vector<std::string> by;   // parts of the key that tell the sums apart; empty: one sum
  std::string
      sum;  // `value`, or a field of it by numbers: `6`, `3.2`; integers. Empty: the records are counted
  int decimals = 0;  // that such an integer has: a cosmos.Dec 18
  // Of which records: a part of the key, or a field by numbers -> its value. `module NAME`: that module
  // account's address.
  std::map<std::string, std::string> where;
  bool before = false;  // as they were before the upgrade
};

struct Invariant {
  std::string name;
  RecordSum of;
  std::vector<RecordSum> plus;  // added to those
  std::optional<RecordSum> equals, at_most, among;  // one of them; among: each of `by` is there

  std::vector<RecordSum*> sides();
  // Compares the new state with the old one: it holds right after the upgrade only.
  bool of_upgrade() const;
};

template <class V>
void describe(V& v, RecordSum& s) {
  v.required("records", s.records, "store, or store/prefix: text, or 0x and hex");
  v.optional("key", s.key,
             "parts of a key after the prefix: NAME (after its length), NAME:8 (bytes), NAME* (the rest)");
  v.optional("by", s.by, "parts of the key that tell the sums apart");
  v.optional("sum", s.sum, "value, or a field of it by numbers, as 3.2; left out: the records are counted");
  v.optional("decimals", s.decimals, "of the integers that are added up: 18 of a cosmos.Dec");
  v.optional("where", s.where,
             "part of the key, or field by numbers -> its value; `module NAME` is that account's address");
  v.optional("before", s.before, "as they were before the upgrade");
}

template <class V>
void describe(V& v, Invariant& i) {
  v.required("name", i.name, "what holds, in words");
  v.required("of", i.of, "records of a store, counted or added up");
  v.optional("plus", i.plus, "others, added to those");
  v.optional("equals", i.equals, "the same number");
  v.optional("at_most", i.at_most, "not less");
  v.optional("among", i.among, "each of `by` is there");
}

// What is wrong with how it is written; empty: nothing.
std::string wrong_form(const Invariant&);

struct Breaches {
  std::int64_t count = 0;             // 0: it holds
  std::vector<std::string> examples;  // "validator 0x02..: 200, not 100"; a record that is not of the form
};

// Whether it holds at a height; `before`: the height before the upgrade. With trouble when a store is not
// there (one that the upgrade had to make is then empty), or has too many records to read (a quarter of a
// million).
Read<Breaches> breaches(const Invariant&, const ApplicationState&, std::int64_t height, std::int64_t before);

struct UpgradeHeights {
  std::int64_t before = 0, upgrade = 0, last = 0;
};

// What an upgrade made of it.
struct Held {
  std::int64_t broken_at = 0;  // the first of upgrade and last at which it does not hold; 0: it holds
  Breaches breaches;           // there
  std::string trouble;  // why it says nothing of the upgrade: it did not hold before, it cannot be read
};
Held held(const Invariant&, const ApplicationState&, const UpgradeHeights&);

}  // namespace rehearse
