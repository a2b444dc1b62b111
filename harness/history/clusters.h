// Failures that are one: by cause, owner and what the evidence says without its numbers.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/history/nightly.h"

namespace rehearse::history {

enum class ClusterState {
  fresh,  // "new": never before the last night
  known,
  fixed,  // not in as many iterations since it was last seen that at its rate it would have been there
  back,   // in the last night, after it was fixed
};
const Ordered<ClusterState>& names(ClusterState);

struct Cluster {
  std::string name;  // "C-1a2b3c4d": the same in every history
  Cause cause = Cause::none;
  std::string owner, fingerprint;
  std::string evidence;                          // of its last failure
  std::int64_t first_night = 0, last_night = 0;  // in which it was seen: NightTotals::id()
  int times = 0;
  int tried = 0;  // iterations that passed or failed, of the first night in which it was seen and all since
  ClusterState state = ClusterState::fresh;
  bool flaky = false;              // the same plan, of the same releases, has passed as well
  std::set<std::string> releases;  // "v1.0.0 -> v2.0.0": on which way it was seen
  std::string plan;                // of its last failure, with the seed that it was drawn from
  std::uint64_t seed = 0;
  std::string bundle;  // the last; empty: none was kept
};

// In the order in which they were first seen. Of the night's totals in their order.
std::vector<Cluster> clusters(const std::vector<NightTotals>&);

// How likely it is that a failure of that rate stays away for so many iterations.
double chance_of_absence(Rate, int tried);

}  // namespace rehearse::history
