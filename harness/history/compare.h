// Tonight against all the nights before: what is worse, by more than chance.
#pragma once

#include <string>
#include <vector>

#include "harness/history/clusters.h"
#include "harness/history/nightly.h"
#include "harness/history/trends.h"

namespace rehearse::history {

// Seconds of one phase in runs that passed.
struct PhaseComparison {
  std::string phase;
  double before = 0, tonight = 0;  // medians
  std::size_t runs_before = 0, runs_tonight = 0;
  double chance = 1;  // of it being so much longer by chance (Mann and Whitney)
  bool is_longer = false;
};

enum class WorseIn { pass_rate, phase, new_cluster, cluster_back, growth };
const Ordered<WorseIn>& names(WorseIn);

struct Worse {
  WorseIn in;
  std::string which;  // a phase, a cluster's or a trend's name; of the pass rate nothing
};

struct Comparison {
  Rate tonight, before;   // of plans tried for the first time that passed, among those that passed or failed
  double chance = 1;      // of so low a rate by chance (Fisher)
  std::vector<PhaseComparison> phases;  // that both have, by name
  std::vector<Worse> worse;             // empty: nothing is
};

// Worse is: a pass rate that is lower with p < 0.05; a phase at least a fifth longer, with p < 0.01 since there are many phases; a
// failure that is new or back, and a growth that counts, in the first night as well. `clusters`, `trends`: of the same nights.
Comparison compare(const std::vector<NightTotals>& nights, const std::vector<Cluster>& clusters, const std::vector<Trend>& trends);

}  // namespace rehearse::history
