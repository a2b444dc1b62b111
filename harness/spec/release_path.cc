#include "harness/spec/release_path.h"

#include <fmt/format.h>

#include <algorithm>

namespace rehearse {

namespace {

// Empty: it is not known yet.
const std::string& version_of(const Release& r) { return r.version.empty() ? r.printed_version : r.version; }

// What is no version is in no range.
bool is_in(const VersionRange& range, const std::string& version) {
  const auto known = parse_version(version);
  return range.empty() || (known && range.includes(*known));
}

std::string why_outside(const char* which, const VersionRange& range, const std::optional<Release>& r) {
  if (!r || is_in(range, r->version)) return "";
  return fmt::format("it is meant for releases {} {}, and {} is {}", which, range.text(), r->name, r->version);
}

}  // namespace

std::filesystem::path manifest_of(const Profile& p) {
  return p.releases.empty() ? std::filesystem::path() : (p.file.parent_path() / p.releases).lexically_normal();
}

ReleasePath path_of(const Scenario& s, const Profile& p) {
  if (p.releases.empty()) return {};
  const auto all = known_releases(manifest_of(p));
  const auto known = [&](const ReleaseChoice& choice, const std::string& of_profile) {
    const auto* found = chosen_of(all, choice.empty() ? release_choice(of_profile) : choice);
    return found ? std::optional(*found) : std::nullopt;
  };
  const auto& legs = s.upgrade.legs;
  const auto taken_back = std::ranges::find(legs, TrainLeg::rollback);
  const bool patch_first = std::any_of(legs.begin(), taken_back, [](auto leg) { return leg == TrainLeg::patch || leg == TrainLeg::hotfix; });
  return {known(s.releases.from, p.from), known(s.releases.patch, ""), known(s.releases.failing, ""), known(s.releases.to, p.to), patch_first};
}

std::string why_forbidden(const Release& from, const Release& to) {
  const auto& version = version_of(from);
  if (version.empty() || is_in(to.from, version)) return "";
  return fmt::format("{}: to {} one upgrades from {}, and {} is {}", to.manifest.string(), to.name, to.from.text(), from.name, version);
}

std::string why_forbidden(const ReleasePath& path) {
  const auto& before = path.patch ? path.patch : path.from;
  if (path.from && path.patch)
    if (auto why = why_forbidden(*path.from, *path.patch); !why.empty()) return why;
  if (const auto& failed_from = path.patch_first ? before : path.from; failed_from && path.failing)
    if (auto why = why_forbidden(*failed_from, *path.failing); !why.empty()) return why;
  return before && path.to ? why_forbidden(*before, *path.to) : "";
}

std::string why_not_meant(const Scenario& s, const Profile& p) {
  const auto& meant = s.meant_for;
  if (meant.from.empty() && meant.to.empty()) return "";
  const auto path = path_of(s, p);
  const auto why = why_outside("from", meant.from, path.from);
  return why.empty() ? why_outside("to", meant.to, path.to) : why;
}

}  // namespace rehearse
