// Governance after an upgrade: what it decides is carried out, and the next upgrade can be planned.
#pragma once

#include <string>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// A parameter of x/slashing is changed, and a second upgrade planned far away and called off. Each is asked
// of the chain afterwards.
std::string pass_later_proposals(Rehearsal&);

}  // namespace rehearse
