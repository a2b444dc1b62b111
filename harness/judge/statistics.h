// Whether what was measured after differs from before by more than chance: tests that assume nothing of how
// values are distributed. Pure functions of numbers.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace rehearse {

// Of no values: 0.
double median(std::vector<double>);

// How likely it is that `after` stands as high above `before` by chance alone (Mann and Whitney, one-sided):
// 0 to 1. Exact for few values, whose order alone counts; 1 when one of them is empty.
double chance_of_rise(const std::vector<double>& before, const std::vector<double>& after);
// The least that it can be with so many values: every one after above every one before.
double least_chance(std::size_t before, std::size_t after);

}  // namespace rehearse
