// How often a failure came again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/record/failure.h"

namespace rehearse {

struct Tally {
  int tried = 0;
  int same = 0;        // cause and owner
  int alike = 0;       // of these: evidence and part of the network, too
  int passed = 0, not_told = 0;
  std::map<std::string, int> others;  // another cause -> runs
};

Tally tally(const record::Failure& first, const std::vector<record::RunRecord>& again);

// Runs of which at least one, 19 times of 20, fails that did so `successes` of `tried` times, at least once.
int runs_to_see(int successes, int tried);

// "2 of 5: same cause, upgrade-handler-panic (12 to 77 % with 95 % confidence)", and what the others were, a line each.
std::string in_words(const Tally&, const record::Failure& first);

}  // namespace rehearse
