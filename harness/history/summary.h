// All that a history says: what reports show, and by what a night is judged.
#pragma once

#include <vector>

#include "harness/history/canary.h"
#include "harness/history/change_points.h"
#include "harness/history/clusters.h"
#include "harness/history/compare.h"
#include "harness/history/coverage.h"
#include "harness/history/trends.h"

namespace rehearse::history {

struct Summary {
  std::vector<NightTotals> nights;
  std::vector<Cluster> clusters;
  std::vector<Exercised> coverage;
  std::vector<ChangePoint> change_points;
  std::vector<Trend> trends;  // of the last night
  Canaries canaries;
  Comparison comparison;      // of the last night
};

// Points into the iterations, which must outlive it.
Summary sum_up(const std::vector<Night>&, const std::vector<Iteration>&);

}  // namespace rehearse::history
