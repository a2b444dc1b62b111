// Over which releases a scenario goes with a profile, and whether one may: a release of a manifest can say from which versions one
// upgrades to it, and a scenario for which releases it is meant.
#pragma once

#include <optional>
#include <string>

#include "harness/spec/releases.h"
#include "harness/spec/scenario.h"
#include "localnet/profile/profile.h"

namespace rehearse {

// The profile's manifest; empty: it names none.
std::filesystem::path manifest_of(const Profile&);

// What the profile's manifest says of each; none: it is given as a file or URL, is not chosen, or is not in it.
struct ReleasePath {
  std::optional<Release> from, patch, failing, to;  // patch: installed on the way; failing: taken back on it
  bool patch_first = true;                          // where there are both
};
// As the scenario chooses, or else the profile.
ReleasePath path_of(const Scenario&, const Profile&);

// Why one may not upgrade from the one to the other: names release, manifest and range. Empty: one may, or nobody says. Of what is
// given as a file its version is known once it was asked.
std::string why_forbidden(const Release& from, const Release& to);
// The same of each step of the path.
std::string why_forbidden(const ReleasePath&);

// Why the scenario is not meant for the releases on its path; empty: it is, or their versions are not known.
std::string why_not_meant(const Scenario&, const Profile&);

}  // namespace rehearse
