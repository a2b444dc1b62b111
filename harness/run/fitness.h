// Whether a scenario can be carried out with a profile: any scenario is for any chain that has what it is about, and for all releases
// unless it says for which. Nothing is made for it, and no release opened.
#pragma once

#include <string>

#include "harness/spec/scenario.h"
#include "localnet/base/error.h"
#include "localnet/profile/profile.h"

namespace rehearse {

// Why not: "stock has no patch release", with the line of the profile that would change it. Empty: it can.
std::string why_unfit(const Scenario&, const Profile&);

// It cannot. In a suite it is skipped, and the others go on; alone it is a bad choice.
struct ScenarioSkipped : Error {
  ScenarioSkipped(const std::string& scenario, const std::string& reason)
      : Error(Blame::scenario, scenario + " is skipped: " + reason), reason(reason) {}
  std::string reason;
};

}  // namespace rehearse
