// Takes everything out of a failing scenario that its failure does not need.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/record/failure.h"
#include "harness/repro/reduced.h"
#include "harness/repro/tally.h"

namespace rehearse {

// Carries the scenario of that file out and says how it ended. What it throws ends the search.
using RunTrial = std::function<record::RunRecord(const std::filesystem::path& scenario)>;

struct MinimizeLimits {
  int tries = 60;                     // runs in all
  std::chrono::seconds lasts{1800};  // after which none begins any more
};

// A smaller scenario, and how its runs ended.
struct Trial {
  std::string what;  // "faults 2, 5"
  std::string text;  // of the scenario
  std::string digest;  // of that
  std::vector<std::string> ended;  // "same", "passed", ... (Likeness)
  bool fails = false;
};

struct Minimized {
  std::string text;               // of the smallest scenario that failed
  std::vector<std::string> gone;  // what was taken out, in words
  std::vector<Trial> trials;
  Tally again;                    // of the smallest, run once more
  bool whole = true;              // no limit ended the search
};

// `folder` keeps the trials as they end, and a search that was ended goes on from them: with the same `of`, which stands for the run,
// its releases and options. Throws Error(Blame::scenario) when the failure does not come again, or the folder is another search's.
Minimized minimize(const Reducible&, const record::Failure&, const std::string& of, const std::filesystem::path& folder, const MinimizeLimits&,
                   const RunTrial&);

// A search was begun there.
bool is_search(const std::filesystem::path& folder);

// minimize.md
std::string minimize_md(const Minimized&, const record::Failure&);

}  // namespace rehearse
