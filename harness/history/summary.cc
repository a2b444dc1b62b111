#include "harness/history/summary.h"

namespace rehearse::history {

Summary sum_up(const std::vector<Night>& nights, const std::vector<Iteration>& iterations) {
  Summary s;
  s.nights = by_night(nights, iterations);
  s.clusters = clusters(s.nights);
  s.coverage = coverage(s.nights);
  s.change_points = change_points(s.nights);
  s.trends = trends(s.nights);
  s.canaries = canaries(s.nights);
  s.comparison = compare(s.nights, s.clusters, s.trends);
  return s;
}

}  // namespace rehearse::history
