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
  Phase phase = Phase::voting;
  Pattern pattern = Pattern::panic;  // of the log
  std::string step;
  std::int64_t height = 0;  // or what is added to the upgrade's
  double seconds = 0;       // since the first block on every node
};

// Throws Error(Blame::scenario) with what was expected, without a place.
Trigger parse_trigger(const std::string& text);

// When it came true for the first of these nodes (of all, when there are none); nothing when it has not yet.
std::optional<Micros> came_true(const Trigger&, const NetworkView&, const std::vector<std::string>& nodes);

}  // namespace rehearse
