// The least that a run could have taken: see timing.h, which has the table.
#pragma once

#include <optional>

#include "harness/view/view.h"

namespace rehearse {

struct Span {
  Micros from = 0, to = 0;
};

// Seconds; 0 of a run that did not come to its last verification. `boot` and `change` as timing.h has them: the chain's
// first start and its switch; nothing when there was none.
double floor_of(const NetworkView&, std::optional<Span> boot, std::optional<Span> change);

}  // namespace rehearse
