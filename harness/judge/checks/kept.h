// What an upgrade leaves as it was: the same questions before and after it, with the same answers.
#pragma once

#include <string>
#include <vector>

#include "harness/judge/checks/check.h"

namespace rehearse {

// Of whom the network is asked.
const std::string& first_validator(const Context&);
// The first whose operator keeps the states of past heights; empty: nobody does.
std::string validator_with_history(const Context&);
inline constexpr const char* kNobodyKeepsHistory = "every validator prunes everything: no node keeps the state at H-1";

// Those questions at kBefore and at kAfter, none at other moments.
std::vector<Question> asked_at_both(std::vector<Question>, const std::string& checkpoint);

// Fails where an answer is another; `what` is compared, in words.
Finding judge_kept(const Context&, const std::vector<Question>&, const std::string& what);

}  // namespace rehearse
