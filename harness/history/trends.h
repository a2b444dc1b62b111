// What was taken more and more in the last night: by the soak from run to run, and by the processes of networks that lived for minutes.
#pragma once

#include <string>
#include <vector>

#include "harness/history/nightly.h"

namespace rehearse::history {

struct Trend {
  std::string name;  // "memory of harness", "open-files of v1.0.0 before the upgrade", "memory of validator-1 (process 2) in plan-17"
  record::Quantity what = record::Quantity::memory;
  std::string network;           // the plan whose network it is of; empty: over the soak
  double slope = 0;              // an hour, in the quantity's unit
  double chance = 1;             // of so steady a slope by chance
  double first = 0, last = 0;    // of the medians below
  std::size_t points = 0;        // of the soak: runs that were measured; of a network: its medians
  std::vector<Measured> medians;  // slices_of; hours since the soak, or the run, began
  bool is_growth = false;        // that counts
};

// Of each soak of the last night by what its runs were measured at, the time being the sum of what its runs before took, which no clock
// moves; then of each long network's series.
//
// Growth counts when it is steady (p < 0.01), no mere step, and came in ten minutes or more of eight slices or more to a tenth of what there was,
// and to what anyone would look for: less is within what a collector, a cache or a busy machine do to a number, and would be told
// in every other night, since there are dozens of trends. A network's database is not judged: it grows with its blocks.
std::vector<Trend> trends(const std::vector<NightTotals>&);

}  // namespace rehearse::history
