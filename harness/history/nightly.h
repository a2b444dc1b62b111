// What all soaks of a night came to. A night has several where machines shared it (shards, merged into one file): soaks of different
// hosts whose times overlap.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/history/history.h"
#include "localnet/base/statistics.h"

namespace rehearse::history {

// From a fifth on a time is told to be another: less may be sure, and is nobody's concern.
inline constexpr double kLeastGrowth = 1.2;

// An iteration that says something of the release: it has passed or failed. Others are cut off, or the machine's trouble.
bool is_told(const Iteration&);
bool is_failure(const Iteration&);

// When its last plan began, for all that is known of one that was killed.
std::string last_sign_of_life(const Night&, const std::vector<Iteration>&);

struct NightTotals {
  std::vector<Night> soaks;  // at least one; the first names the night
  std::vector<const Iteration*> iterations;
  int passed = 0, failed = 0;
  int not_told = 0;     // inconclusive, in error, cancelled
  int interrupted = 0;  // or still running
  Rate first_tries;     // without plans that were tried before: those failed, or nobody would try them again
  std::map<std::string, std::vector<double>> phases;  // seconds, of iterations that passed: another end is reached on another way

  std::int64_t id() const { return soaks.front().id; }
  const std::string& started() const { return soaks.front().started; }
  Rate rate() const { return {passed, passed + failed}; }
};

// In the nights' order, those without an iteration, too. Points into the iterations, which must outlive it; those of a night that is
// not given are left out.
std::vector<NightTotals> by_night(const std::vector<Night>&, const std::vector<Iteration>&);

}  // namespace rehearse::history
