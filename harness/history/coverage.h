// What was exercised, and when last: phase x fault x role x releases.
#pragma once

#include <vector>

#include "harness/history/nightly.h"

namespace rehearse::history {

struct Exercised {
  Covered what;
  int times = 0;
  std::int64_t last_night = 0;  // NightTotals::id()
  int nights_since = 0;         // 0: tonight
};

// In the order of Covered. What was never exercised does not stand in a history.
std::vector<Exercised> coverage(const std::vector<NightTotals>&);

// Of these, what was not exercised for that many nights, tonight counted.
std::vector<Exercised> not_exercised(const std::vector<Exercised>&, int nights);

}  // namespace rehearse::history
