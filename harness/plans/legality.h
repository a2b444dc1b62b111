// What may be done to a chain, and what would be the operators' own fault: a plan that breaks a rule proves nothing of a release.
#pragma once

#include <string>
#include <vector>

#include "harness/spec/scenario.h"

namespace rehearse {

struct LegalityRule {
  const char* name;  // "two-signers"
  const char* says;  // in a sentence
  // Why the plan breaks it; empty: it does not.
  std::string (*broken)(const Scenario&);
};

const std::vector<LegalityRule>& legality_rules();

// "two-signers: ...": the first rule that it breaks, and how. Empty: it is legal.
std::string why_illegal(const Scenario&);

}  // namespace rehearse
