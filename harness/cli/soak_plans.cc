#include "harness/cli/soak_plans.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/history/summary.h"
#include "harness/plans/parts.h"

namespace rehearse::cli {

namespace {

using history::Iteration;

constexpr int kPlansToOneFailure = 4;               // one plan in four is one that failed before
constexpr std::ptrdiff_t kMostTriesOfAFailure = 4;  // in a night

}  // namespace

SoakPlans::SoakPlans(const Profile& profile, const Weights& weights, const PlanReleases& releases, const history::History& history, std::uint64_t seed)
    : profile_(profile.name), planner_(profile, weights, releases), short_planner_(planner_.without_long_ones()), history_(history), seed_(seed) {
  for (const auto& i : history_.iterations(history::Detail::no_measures))
    if (i.profile == profile_) add(i);
}

void SoakPlans::add(const Iteration& i) {
  for (const auto& c : i.covered) ++tried_[{i.procedure, c.phase, c.fault, c.role, c.releases}];
}

NextPlan SoakPlans::next(std::int64_t night, bool nearly_over) {
  ++count_;
  if (count_ % kPlansToOneFailure == 0)
    if (auto failed = failed_before(night)) return *failed;
  return drawn(night, nearly_over);
}

// Short enough to be typed.
std::uint64_t SoakPlans::drawn_seed(const std::string& what, std::int64_t night) const {
  return derived_seed(seed_, fmt::format("{}-{}", what, night)) % 1'000'000'000;
}

NextPlan SoakPlans::drawn(std::int64_t night, bool nearly_over) const {
  const PlanSeed seed{drawn_seed(fmt::format("plan-{}", count_), night), drawn_seed(fmt::format("network-{}", network()), night)};
  const auto plan = (nearly_over ? short_planner_ : planner_).draw(seed, tried_);
  return {plan.title, plan.name, as_yaml(plan), seed.own};
}

// Of the failures that are not known to be fixed the one that was tried least tonight: is it still there?
std::optional<NextPlan> SoakPlans::failed_before(std::int64_t night) const {
  const auto iterations = history_.iterations(history::Detail::no_measures);
  std::optional<NextPlan> next;
  auto fewest = kMostTriesOfAFailure;
  for (const auto& c : history::sum_up(history_.nights(), iterations).clusters) {
    const auto of_it = [&](const Iteration& i) { return i.plan == c.plan && i.seed == c.seed && i.profile == profile_ && !i.scenario.empty(); };
    const auto found = std::ranges::find_if(iterations, [&](const auto& i) { return of_it(i) && history::is_failure(i); });
    const auto tries = std::ranges::count_if(iterations, [&](const auto& i) { return of_it(i) && i.night == night; });
    if (c.state == history::ClusterState::fixed || found == iterations.end() || tries >= fewest) continue;
    fewest = tries;
    next = NextPlan{c.name + " again", fmt::format("{}-again-{}.{}", c.plan, night, tries + 1), found->scenario, c.seed};
  }
  return next;
}

}  // namespace rehearse::cli
