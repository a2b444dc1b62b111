// What a soak carries out next: a plan that is drawn, or one that failed before.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "harness/history/history.h"
#include "harness/plans/plan.h"

namespace rehearse::cli {

struct NextPlan {
  std::string title;
  std::string name;      // of its folder
  std::string scenario;  // its YAML
  std::uint64_t seed = 0;
};

class SoakPlans {
 public:
  // For that chain, steered by what the history has of it, which must outlive this. Machines that share a night have seeds of their own.
  // Throws as Planner does.
  SoakPlans(const Profile&, const Weights&, const PlanReleases&, const history::History&, std::uint64_t seed);

  // Of that night. `nearly_over`: none that takes minutes.
  NextPlan next(std::int64_t night, bool nearly_over);
  int count() const { return count_; }
  // On which network that one is: it changes every few plans, and those of one have a past in common.
  int network() const { return (count_ - 1) / kPlansOfANetwork; }

  // All that there is to exercise, and how often it was.
  std::set<Exercise> possible() const { return planner_.possible(); }
  const Tried& tried() const { return tried_; }

  // It was carried out, and exercised that.
  void add(const history::Iteration&);

 private:
  static constexpr int kPlansOfANetwork = 6;
  std::uint64_t drawn_seed(const std::string& what, std::int64_t night) const;
  NextPlan drawn(std::int64_t night, bool nearly_over) const;
  std::optional<NextPlan> failed_before(std::int64_t night) const;

  const std::string profile_;
  const Planner planner_, short_planner_;
  const history::History& history_;
  const std::uint64_t seed_;
  Tried tried_;  // in all nights: what was tried often is drawn seldom
  int count_ = 0;
};

}  // namespace rehearse::cli
