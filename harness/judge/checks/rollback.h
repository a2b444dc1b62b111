// What validators have signed, as it was read from their priv_validator_state.json: the question that rollbacks ask of a
// file, and what its answers prove.
#pragma once

#include <string>

#include "harness/view/view.h"

namespace rehearse {

inline constexpr const char* kSigningState = "signing-state";

// Where a validator's last signed height, round or step went back from one reading to the next, "from 25/0/3 to 0/0/0";
// empty when it never did.
std::string signed_back(const NetworkView&, const std::string& validator);

}  // namespace rehearse
