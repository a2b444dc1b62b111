// Supply Kept: no coins come or go in the upgrade but those of any block.
#pragma once

#include "harness/judge/checks/check.h"

namespace rehearse {

Check supply_check();

}  // namespace rehearse
