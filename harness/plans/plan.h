// A plan is a scenario that nobody wrote: drawn from a seed, and legal (legality.h).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/history/canary.h"
#include "harness/plans/paths.h"
#include "harness/spec/scenario.h"
#include "harness/spec/weights.h"
#include "localnet/profile/profile.h"

namespace rehearse {

inline constexpr const char* kNoFault = "nothing";

// What a plan is to exercise, and what a night has exercised.
struct Exercise {
  // "chain", "swap", "kill", "minority"; without a fault: "chain", "", "nothing", ""; of a release known to be bad: "chain", "", "canary", "".
  std::string procedure, phase, fault, role;
  std::string releases = {};  // "v1.0.0 -> v2.0.0"
  auto operator<=>(const Exercise&) const = default;
};
using Tried = std::map<Exercise, std::int64_t>;  // -> how often

// What this plan is to exercise.
std::vector<Exercise> exercises(const Scenario&, const Profile&);

// Plans with the same network have a past in common, from which all but the first of a night can be forked.
struct PlanSeed {
  std::uint64_t own = 0, network = own;
};

// Draws plans for one chain.
class Planner {
 public:
  // What the chain cannot be taken through, and where its releases do not lead, is not drawn. Throws Error(Blame::scenario) when
  // nothing can be: which procedure needs what.
  Planner(const Profile&, Weights, PlanReleases = {});

  // The plan of a seed: the same wherever it is drawn. Each part of it is drawn by itself, so that a new part leaves the others of
  // a seed as they were; what was tried least is drawn first.
  Scenario draw(PlanSeed, const Tried& = {}) const;

  // All that plans of it can be to exercise, whatever the releases.
  std::set<Exercise> possible() const;

  // Without what takes minutes (trains), where there is anything else.
  Planner without_long_ones() const;

 private:
  Weights weights_;               // of what is possible
  std::vector<TrainLeg> legs_;    // of a train
  bool breaking_ = false;         // a hotfix may be
  Paths paths_;
};

// As a file that `rehearse run` takes.
std::string as_yaml(const Scenario&);

// A line each, in the order in which it comes: who, on which way, what goes wrong, what is checked.
std::vector<std::string> in_words(const Scenario&, const Profile&);

}  // namespace rehearse
