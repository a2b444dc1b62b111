// How well a corpus was judged: a suite of bad releases and settings, each with the cause that it must get,
// and of good ones that must be left alone. A pure function of the records of its runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/record/cause.h"
#include "harness/record/run_record.h"

namespace rehearse::reports {

// What became of one scenario, from the worst to the best.
enum class Rating {
  missed,       // a bad one that passed, or of which nothing was proven
  false_alarm,  // a good one that failed
  wrong_cause,  // a bad one that failed for another cause
  not_proven,   // a good one that neither passed nor failed
  wrong_owner,  // the right cause, and another's failure than it is
  right,
};
const Ordered<Rating>& names(Rating);
inline void to_json(record::Json& j, Rating r) { rehearse::to_json(j, r); }
inline void from_json(const record::Json& j, Rating& r) { rehearse::from_json(j, r); }

struct Rated {
  const record::RunRecord* run;
  Rating rating;
};

struct Score {
  int bad = 0, good = 0;
  int caught = 0, right_cause = 0, right_owner = 0;  // of the bad ones
  int false_alarms = 0;                              // of the good ones
  // From the first evidence to the verdict, of those that were caught, in seconds.
  double median_s = 0, worst_s = 0;
  std::string slowest;       // whose that is
  std::vector<Rated> rated;  // each run, in their order; points into the records, which must outlive it
};

// Throws std::invalid_argument for a run that does not say what was expected of it, or was cancelled.
Score score(const std::vector<record::RunRecord>&);

// What is remembered of a score, to be held against the next: each scenario's rating; the worst, where one
// was run several times.
using Ratings = std::map<std::string, Rating>;
Ratings ratings_of(const Score&);

// What is worse than it was, a line each: a scenario that was rated better, or was not run this time.
std::vector<std::string> worse(const Ratings& before, const Ratings& now);

std::string score_text(const std::string& suite, const Score&);
// {bad, good, caught, right_cause, right_owner, false_alarms, seconds: {median, worst}}
std::string score_json(const Score&);

// CORPUS.md: the score, and which incidents of the field the corpus has.
std::string score_md(const std::string& suite, const Score&);
// The beginning of an incident's row in that table, which does not hang on a run: incident, scenario, and
// what it must come to.
std::string incident_cells(const record::Expectation&, const std::string& scenario);

}  // namespace rehearse::reports
