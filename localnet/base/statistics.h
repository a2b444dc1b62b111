// Whether what was measured after differs from before by more than chance: tests that assume nothing of how
// values are distributed; and how sure a rate is. Pure functions of numbers.
#pragma once

#include <cstddef>
#include <vector>

namespace rehearse {

// Of no values: 0.
double median(std::vector<double>);

// How likely it is that `after` stands as high above `before` by chance alone (Mann and Whitney, one-sided):
// 0 to 1. Exact for few values, whose order alone counts; 1 when one of them is empty.
double chance_of_rise(const std::vector<double>& before, const std::vector<double>& after);
// The least that it can be with so many values: every one after above every one before.
double least_chance(std::size_t before, std::size_t after);

// So many of so many.
struct Rate {
  int successes = 0, tried = 0;
};

// The rate's 95 % interval of confidence (Wilson's), in parts of 1. Of nothing tried: all of it.
struct Interval {
  double low = 0, high = 1;
};
Interval confidence(int successes, int tried);

// How likely it is that `after` has as few successes by chance alone, if its rate is that of `before` (Fisher's exact test,
// one-sided): 0 to 1; 1 when nothing was tried in one of them.
double chance_of_fewer(Rate before, Rate after);

}  // namespace rehearse
