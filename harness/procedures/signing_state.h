// Reading priv_validator_state.json: what a validator has signed must outlive whatever else of its data is replaced, or it
// signs twice.
#pragma once

#include <filesystem>
#include <string>

#include "harness/engine/rehearsal.h"

namespace rehearse {

std::filesystem::path signing_state_file(Rehearsal&, const std::string& node);
// Journals what each validator has signed so far.
void read_signing_states(Rehearsal&, const std::string& checkpoint);
// A step: they are read again, and none went back. Throws StepFailed with the cause signing-state-rewound.
void check_signing_states(Rehearsal&);

}  // namespace rehearse
