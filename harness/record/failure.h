// What makes two failures the same one, whenever and wherever they came.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace rehearse {

// Which part of the network shows it, by power.
enum class Spread { none, one, minority, third_or_more, all };
const Ordered<Spread>& names(Spread);

// How another run's failure compares.
enum class Likeness {
  same,        // in all
  same_cause,  // and owner; other evidence
  other_scope, // the same cause and owner, in as much power as stops a chain where the first was not, or the other way round
  another,
  none,        // it passed
  not_told,    // it says nothing: cancelled, or the machine's or the harness's trouble where the first was not
};
const Ordered<Likeness>& names(Likeness);

namespace record {

struct Failure {
  std::string verdict;
  Cause cause = Cause::none;
  std::string owner;  // a name of Owner
  Spread scope = Spread::none;
  std::string fingerprint;  // of the first evidence and where it was: no numbers, addresses, hashes or times
  std::string evidence;     // the first evidence itself, as a reader wants it
  std::vector<std::string> nodes = {};  // that show it
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Failure, verdict, cause, owner, scope, fingerprint, evidence, nodes)

// Of a run that did not pass; of one that did, its verdict only.
Failure failure_of(const RunRecord&);

Likeness compare(const Failure& first, const Failure& again);

// The text without what differs from run to run.
std::string fingerprint(const std::string& text);

}  // namespace record
}  // namespace rehearse
