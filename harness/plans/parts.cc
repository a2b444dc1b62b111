#include "harness/plans/parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"
#include "harness/procedures/procedure.h"
#include "harness/run/fitness.h"

namespace rehearse {

namespace {

ReleaseChoice of_role(ReleaseRole role) { return {"", role, Cause::none}; }
ReleaseChoice that_fails(Cause cause) { return {"", ReleaseRole::none, cause}; }

void set_releases(Scenario& s) {
  const auto& kind = s.upgrade.kind;
  if (is_kind(s, {"rolling", "hotfix"})) s.releases.to = of_role(ReleaseRole::patch);
  if (kind == "patch-rollback") s.releases.to = of_role(ReleaseRole::hotfix);
  if (kind == "restore") s.releases.to = that_fails(Cause::app_hash_divergence);
  if (kind == "rollback") s.releases.to = that_fails(Cause::upgrade_handler_error);
  if (has_leg(s.upgrade, TrainLeg::rollback)) s.releases.failing = that_fails(Cause::upgrade_handler_error);
  if (installs_patch(s.upgrade)) s.releases.patch = of_role(ReleaseRole::patch);
}

}  // namespace

// FNV-1a over the seed and the name, its bits mixed as SplitMix64 does.
std::uint64_t derived_seed(std::uint64_t seed, const std::string& part) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto add = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 1099511628211ULL; };
  for (int shift = 0; shift < 64; shift += 8) add(seed >> shift & 0xff);
  for (const unsigned char c : part) add(c);
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111ebULL;
  return hash ^ hash >> 31;
}

Scenario bare_plan(const std::string& procedure, const std::vector<TrainLeg>& legs) {
  Scenario s;
  s.runbook = find_procedure(procedure)->runbook;
  s.upgrade.kind = procedure;
  if (procedure == "train") s.upgrade.legs = legs;
  if (!is_kind(s, {"chain", "restore", "rollback"})) s.network.supervisor = SupervisorKind::bare;
  if (procedure == "cancelled") s.upgrade.lead = 2;
  if (is_kind(s, {"chain", "rolling", "train"})) s.before = {kDayBefore, kHourBefore, kJustBefore};
  set_releases(s);
  s.after = lists_after(s);
  return s;
}

std::vector<TrainLeg> legs_of(const Profile& profile) {
  std::vector<TrainLeg> all;
  for (const auto& [name, leg] : names(TrainLeg{}))
    if (why_unfit(bare_plan("train", {leg}), profile).empty()) all.push_back(leg);
  return all;
}

bool is_kind(const Scenario& s, const std::set<std::string>& kinds) { return kinds.contains(s.upgrade.kind); }

bool changes_release(const Scenario& s) { return !is_kind(s, {"config", "model", "provider", "provider-rollback"}); }

bool changes_one_by_one(const Scenario& s) {
  return is_kind(s, {"rolling", "hotfix", "config", "model", "patch-rollback", "train"});
}

std::vector<std::string> lists_after(const Scenario& s) {
  const auto& kind = s.upgrade.kind;
  if (is_kind(s, {"provider", "provider-rollback"})) return {"provider-verification", "network-verification"};
  std::vector<std::string> all;
  if (is_kind(s, {"rollback", "restore", "patch-rollback"})) all.push_back("rollback-verification");
  all.push_back("validator-verification");
  if (has_leg(s.upgrade, TrainLeg::provider)) all.push_back("provider-verification");
  all.insert(all.end(), {"network-verification", "state-invariants"});
  if (kind == "hotfix") all.push_back("hotfix-timeline");
  if (is_kind(s, {"chain", "train"}) && s.faults.empty()) all.push_back("coordination-timeline");
  return all;
}

std::string title_of(const Scenario& s) {
  const auto& u = s.upgrade;
  std::vector<std::string> legs, more;
  for (const auto leg : u.legs) legs.push_back(name_of(leg));
  if (s.expect) more.push_back(fmt::format("canary {}", to_string(s.releases.to)));
  if (u.kind == "chain" && s.network.supervisor == SupervisorKind::bare) more.push_back("by hand");
  if (!u.late.empty()) more.push_back(fmt::format("{} late", fmt::join(u.late, ", ")));
  for (const auto& f : s.faults) more.push_back(fmt::format("{} {} at {}", f.kind, f.who, f.when));
  return fmt::format("{}{}{}", u.kind == "train" ? fmt::format("train of {}", fmt::join(legs, ", ")) : u.kind, more.empty() ? "" : ": ",
                     fmt::join(more, ", "));
}

}  // namespace rehearse
