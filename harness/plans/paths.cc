#include "harness/plans/paths.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/plans/parts.h"

namespace rehearse {

namespace {

std::vector<Release> releases_of(const Profile& p) { return p.releases.empty() ? std::vector<Release>() : known_releases(manifest_of(p)); }

void check_known(const std::vector<std::string>& wanted, const std::vector<Release>& known, const Profile& p) {
  std::vector<std::string> names;
  for (const auto& r : known) names.push_back(r.name);
  for (const auto& name : wanted)
    if (std::ranges::find(names, name) == names.end())
      throw Error(Blame::scenario, fmt::format("{} has no release `{}`; there are {}", p.name, name, fmt::join(names, ", ")));
}

bool is_later(const Release& r, const Release& than) {
  const auto a = parse_version(r.version), b = parse_version(than.version);
  return !a || !b || *a > *b;
}

bool shows_anywhere(const Release& r) { return r.shows_with.empty() && r.environment.who == WhichNodes::none; }

}  // namespace

Paths::Paths(const Profile& p, PlanReleases releases)
    : releases_(std::move(releases)), known_(releases_of(p)), from_(releases_.from.empty() ? p.from : releases_.from),
      to_(releases_.to.empty() ? p.to : releases_.to) {
  check_known(releases_.only, known_, p);
  const auto* start = chosen_of(known_, release_choice(from_));
  if (start) start_ = *start;
  else start_.name = from_;
  if (!releases_.to.empty()) return;
  targets_ = targets_from(start_);
  const auto* patch = chosen_of(known_, {"", ReleaseRole::patch, Cause::none});
  if (patch && may_go_to(*patch) && why_forbidden(start_, *patch).empty()) after_patch_ = targets_from(*patch);
  for (const auto& r : known_)
    if (r.fails != Cause::none && !r.plan.empty() && shows_anywhere(r) && may_go_to(r) && why_forbidden(start_, r).empty()) canaries_.push_back(r);
}

bool Paths::may_go_to(const Release& r) const { return releases_.only.empty() || std::ranges::find(releases_.only, r.name) != releases_.only.end(); }

std::string Paths::why_no_target(const Release& start, const Release& to) const {
  if (!may_go_to(to)) return to.name + " is not among the releases that plans may go to";
  if (to.fails != Cause::none) return fmt::format("{} has to fail with {}", to.name, name_of(to.fails));
  if (to.plan.empty()) return to.name + " has no upgrade plan";
  if (!is_later(to, start)) return fmt::format("{} is no later than {}", to.name, start.name);
  return why_forbidden(start, to);
}

std::vector<Release> Paths::targets_from(const Release& start) const {
  std::vector<Release> all;
  std::ranges::copy_if(known_, std::back_inserter(all), [&](const auto& r) { return why_no_target(start, r).empty(); });
  return all;
}

std::string Paths::why_no_targets() const {
  std::vector<std::string> why;
  for (const auto& r : known_)
    if (r.name != start_.name) why.push_back(why_no_target(start_, r));
  return fmt::format("no release can be upgraded to from {}: {}", start_.name, fmt::join(why, ", "));
}

bool Paths::draws_target(const Scenario& s) const { return is_kind(s, {"chain", "train"}) && releases_.to.empty() && s.releases.to.empty(); }

std::string Paths::why_no_way(const Scenario& s) const {
  if (known_.empty()) return "";
  const auto find = [&](const ReleaseChoice& choice) { return choice.empty() ? nullptr : chosen_of(known_, choice); };
  const auto *patch = find(s.releases.patch), *failing = find(s.releases.failing), *to = find(s.releases.to.empty() || !releases_.to.empty() ? release_choice(to_) : s.releases.to);
  const auto copy = [](const Release* r) { return r ? std::optional(*r) : std::nullopt; };
  for (const auto* on_the_way : {patch, failing})
    if (on_the_way && !may_go_to(*on_the_way)) return why_no_target(start_, *on_the_way);
  if (draws_target(s)) {
    if (auto why = why_forbidden({start_, copy(patch), copy(failing), {}}); !why.empty()) return why;
    return targets(patch).empty() ? why_no_targets() : "";
  }
  if (to && changes_release(s) && !may_go_to(*to)) return why_no_target(start_, *to);
  return why_forbidden({start_, copy(patch), copy(failing), copy(to)});
}

}  // namespace rehearse
