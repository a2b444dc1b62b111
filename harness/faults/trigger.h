// What sets a fault off: a phase of the upgrade, a height, a log line, a step, or a time. All are facts of the view, so that
// when a trigger came true can be read off the journal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/view/view.h"

namespace rehearse {

struct Trigger {
  enum class Kind { phase, height, upgrade_height, log, step, time } kind = Kind::phase;
  std::string name;         // of the phase, the log pattern or the step
  std::int64_t height = 0;  // or what is added to the upgrade's
  double seconds = 0;       // since the first block on every node
};

// Phases that a fault can be keyed to. Those of a node are seen in what it says: under Cosmovisor each comes to them by
// itself, within milliseconds. The rest are the procedure's.
//   voting, waiting                 the proposal is voted on; it has passed, its height has not come
//   halted                          the node says that it needs the upgrade
//   backup                          its Cosmovisor copies the data folder
//   swap                            another process of it starts after the halt
//   migration                       the new release says that it applies the upgrade
//   first-block                     a block above the upgrade's height is there
//   catch-up                        the node is up and behind, while the others go on above the upgrade's height
const std::vector<std::string>& fault_phases();

// Throws Error(Blame::scenario) with what was expected, without a place.
Trigger parse_trigger(const std::string& text);

// When it came true for the first of these nodes (of all, when there are none); nothing when it has not yet.
std::optional<Micros> came_true(const Trigger&, const NetworkView&, const std::vector<std::string>& nodes);

}  // namespace rehearse
