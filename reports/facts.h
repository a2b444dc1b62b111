// What every report says of a run in the same words: names, counts, order, the diagnosis, the closing line.
// Pure functions of the run record; the text they return is clean (text.h) and not yet escaped for a format.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace rehearse::reports {

struct Tally {
  std::size_t passed = 0, failed = 0, errors = 0, inconclusive = 0, skipped = 0;
  std::size_t executed() const { return passed + failed + errors + inconclusive; }
  std::size_t total() const { return executed() + skipped; }
  void add(record::Outcome);
};

Tally tally(const record::RunRecord&);

// The checks of one checklist in the record's order. Points into the record, which must outlive it.
struct Checklist {
  std::string name;
  Tally tally;
  std::vector<const record::CheckResult*> checks;
};

// In the order in which each checklist is first met.
std::vector<Checklist> checklists(const record::RunRecord&);

// Failed checks, then errors, then inconclusive ones. Points into the record.
std::vector<const record::CheckResult*> not_passed(const record::RunRecord&);

// "<profile>.<scenario>": the name of the suite in JUnit and of the run on the console.
std::string run_name(const record::RunRecord&);

// "v1.0.0 → v2.0.0", or as much of it as is known.
std::string releases(const record::RunRecord&);

// "masked: what goes wrong without the mask", or "kept: what goes wrong".
std::string fate(const record::KnownDefect&);

// "a, b, c"; more than `at_most` end in "and N more".
std::string join(const std::vector<std::string>& names, std::size_t at_most = 6);

// "9.8 s" below 10 minutes, "12 min 05 s" below an hour, else "3 h 05 min". Not finite or negative: "0.0 s".
std::string duration(double seconds);

// "pass" and "fail" as the record has it, for a diagnosis without a cause "assertion" or the verdict.
// "EndBlock of gov at height 54"; empty when nothing is known.
std::string where_text(const record::FailedAt&);
// "app hash 1A2B on validator-1, validator-2 (70 of 100 voting power)"
std::string group_text(const record::NodeGroup&);
std::string cause(const record::RunRecord&);

// "good, phase waiting, height 57; the first 37.4 s are its own"; empty for a run that began from nothing.
std::string fork_text(const record::RunRecord&);

// "2 of 3 runs more failed for the same cause, 1 passed"; empty when that was not tried.
std::string reproduced_text(const record::RunRecord&);

// "State 19 -> 20 of validator-1: 14 keys added, 2 removed, 30 changed, +812 bytes, read in 0.02 s"
std::string state_title(const record::StateChanges&);
// What the upgrade did to records of a store that begin alike. Points into the changes.
struct StateRow {
  std::string store;  // "group (new)"
  const record::PrefixChanges* of;
};
std::vector<StateRow> state_rows(const record::StateChanges&);

// The diagnosis in lines: cause and proof, first evidence and where it stands, nodes, consequences, advice.
// Without a diagnosis, the checks that did not pass. Empty for a pass.
std::vector<std::string> diagnosis_lines(const record::RunRecord&);

// One line: "FAIL <cause>: <nodes>, <first evidence>, <file:line>" or "PASS <run>: N checks, wall 9.8 s";
// ERROR, INCONCLUSIVE and CANCELLED read like FAIL.
std::string headline(const record::RunRecord&);

// "log/a.log:12" taken apart; line 0 when the evidence does not point into a file.
struct Place {
  std::string file;
  long line = 0;
};
Place place_of(const std::string& evidence);

}  // namespace rehearse::reports
