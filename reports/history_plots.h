// The plots of a history's page, as SVG.
#pragma once

#include <string>
#include <vector>

namespace rehearse::reports::page {

// A value, of a night or of a part of one, and between what it may lie.
struct Point {
  double value = 0, low = 0, high = 0;
  std::string title;  // shown when it is pointed at; not yet escaped
};

// The last ninety at the most, from left to right, on an axis from 0 to `most`. `label` and `unit` are ours.
std::string plot(const std::string& label, const std::string& unit, double most, const std::vector<Point>&);

}  // namespace rehearse::reports::page
