// Validators that come and go once the chain is upgraded.
#pragma once

#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// One that was not in the set takes the place of the smallest and gives it back, several times; who is in has
// to sign. (Cosmos Hub v17.1 halted when a validator left, 1,170 blocks after its upgrade.) Returns at which
// heights the set was another.
std::string change_validator_set(Rehearsal&);

// Until the chain has jailed all of these, who are away.
void await_jailed(Rehearsal&, const std::vector<std::string>& names);
// Each has caught up, and its operator brings it back; who is not jailed is not brought back, but fails the
// step.
std::string unjail(Rehearsal&, const std::vector<std::string>& names);

}  // namespace rehearse
