// Judges a run: from the journal's events, the scenario and the profile to the run record. Pure; `rehearse
// report` does it again offline and gets the same bytes (design invariant 1).
#pragma once

#include "harness/record/run_record.h"
#include "harness/spec/scenario.h"
#include "harness/view/view.h"
#include "localnet/profile/profile.h"

namespace rehearse {

record::RunRecord judge(const NetworkView&, const Scenario&, const Profile&);

}  // namespace rehearse
