// With which of many releases a failure began.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/repro/tally.h"

namespace rehearse {

// Rehearses the upgrade to that release and says how it ended; none: it cannot be tried, by itself (no program of it can be made).
using TryRelease = std::function<std::optional<record::RunRecord>(const std::string& release)>;
using Tell = std::function<void(const std::string& line)>;

struct Bisected {
  record::Failure failure;             // the bad one's
  std::string last_good, first_bad;    // with nothing but `untried` between them
  Tally good, bad;                     // of these
  std::vector<std::string> untried;    // between them: what began the failure may be one of these
};

// `releases` in their order, the good one first, the bad one last. A release that fails for another cause is left out as one that cannot be tried.
// `tell` gets the reasoning as it goes. Throws Error(Blame::scenario) when the bad one does not fail so, or the good one does.
// `of`: the failure that is looked for; none: what the bad one fails for.
Bisected bisect(const std::vector<std::string>& releases, const TryRelease&, const Tell&, const std::optional<record::Failure>& of = {});

}  // namespace rehearse
