// From which night on a phase takes another time than before, by the median of each night.
#pragma once

#include <string>
#include <vector>

#include "harness/history/nightly.h"

namespace rehearse::history {

struct ChangePoint {
  std::string phase;
  std::int64_t night = 0;        // the first of the other time: NightTotals::id()
  double before = 0, after = 0;  // seconds: the median of the nights on either side, up to the next change
};

// By Pettitt's test (1979; two-sided, p < 0.05), on either side of what it finds once more: it takes ranks only, so that one slow
// night is none. A change of less than a fifth is not told. It needs a dozen nights; that tonight alone is slower is for compare().
std::vector<ChangePoint> change_points(const std::vector<NightTotals>&);

}  // namespace rehearse::history
