// Which known defects of a profile are masked in a run: as the profile says, unless the scenario says
// otherwise.
#pragma once

#include <vector>

#include "harness/record/event.h"
#include "harness/spec/scenario.h"
#include "localnet/profile/profile.h"

namespace rehearse {

// Puts the masks into the profile (apply_masks) and says of each defect what became of it. Throws
// Error(Blame::scenario), at the scenario's line, for a defect that the profile does not know.
std::vector<record::KnownDefect> mask_defects(const Scenario&, Profile&);

}  // namespace rehearse
