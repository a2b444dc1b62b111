// Whether values rise or fall over time, and how fast: what is told of a process' memory over an hour. Pure functions of numbers.
//
// Neighbours are not independent: a collector makes a saw tooth of a memory, and a cache a walk. So all that is asked here is asked
// of the medians of a dozen slices of the time, which a wave that is shorter than a slice leaves alone.
#pragma once

#include <cstddef>
#include <vector>

namespace rehearse {

// A value and when it was measured, in any unit of time.
struct Measured {
  double at = 0, value = 0;
};

inline constexpr std::size_t kSlices = 12;

// The median time and value of each of kSlices parts of equal length, from the first to the last moment; a part without values has
// none. What has as few values as there are parts is nearly left as it is.
std::vector<Measured> slices_of(const std::vector<Measured>&);

// The median of the slopes between all two of them (Theil and Sen), in values for each unit of time: some that stand far out do not
// turn it. 0 when there are no two times. Takes the square of their number: of slices.
double slope_of(const std::vector<Measured>&);

// How likely it is that they rise, or fall, so steadily by chance alone (Mann and Kendall, two-sided, equal ones counted as such): 0
// to 1. Values that each take over a part of the one before, as a walk's do, say less than as many others: that part is measured once
// the slope is taken off (Yue and Wang). Without it a walk has a slope, by this, every third time.
double chance_of_slope(const std::vector<Measured>&);

// One step, with nothing before and after it, tells more of them than a slope does: a cache that was filled, another release.
bool is_step(const std::vector<Measured>&);

}  // namespace rehearse
