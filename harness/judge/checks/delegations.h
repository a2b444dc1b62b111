// Delegations Kept: what each validator has delegated to itself, less what x/slashing took of it.
#pragma once

#include "harness/judge/checks/check.h"

namespace rehearse {

Check delegations_check();

}  // namespace rehearse
