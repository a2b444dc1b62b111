// Says why: rules over the view, from the most specific to the least. Rules that prove a failure stand as
// tripwires while the run goes on (design invariant 3); all of them are applied once more to the whole
// journal at its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/record/run_record.h"
#include "harness/view/view.h"

namespace rehearse {

struct Rule {
  Cause cause;
  bool tripwire;  // what it finds is a proof: no need to wait for a time-out
  std::optional<record::Diagnosis> (*find)(const NetworkView&);
};

// In the order in which they are applied.
const std::vector<Rule>& rules();

// The failure that a tripwire proves now.
std::optional<record::Diagnosis> proven_failure(const NetworkView&);
// The same at the end of a run, from what is not looked for while it goes on, too.
std::optional<record::Diagnosis> proven_in_the_end(const NetworkView&);
// A node stands in a block whose execution may go on by itself: it sleeps, computes, or reads.
bool a_block_may_still_come(const NetworkView&);
// No node can show more of it: each is named, has ended, or has carried out the upgrade unharmed.
bool shown_by_all(const NetworkView&, const record::Diagnosis&);

// Why the run failed; `checks` are its judged items. Cause "unknown" when no rule fits.
record::Diagnosis diagnose(const NetworkView&, const std::vector<record::CheckResult>& checks);

// For items that were not reached: the cause as the diagnosis names it, or how the run was stopped.
std::string stop_reason(const NetworkView&);

}  // namespace rehearse
