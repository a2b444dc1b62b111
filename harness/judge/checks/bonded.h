// x/staking's account of the validators.
#pragma once

#include <set>
#include <string>

#include "harness/judge/checks/check.h"

namespace rehearse {

// Of one node, which is enough: the app hashes are compared elsewhere. The network's items ask it after the upgrade.
Question validators_question(const Context&);

// The operators of those that its answer has bonded, by their addresses; none of what is no list.
std::set<std::string> bonded(const record::Json& validators);

}  // namespace rehearse
