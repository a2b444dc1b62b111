// The run's course, read off the view.
#pragma once

#include "harness/record/course.h"
#include "harness/view/view.h"

namespace rehearse {

// `evidence`: the place of the line that proves the failure ("nodes/validator-1/logs/node.log:120"), near which log lines are kept;
// empty: those near the upgrade are.
record::Course course_of(const NetworkView&, const std::string& evidence);

}  // namespace rehearse
