// What a node scores with, by its answer to `model-status`.
#pragma once

#include <string>

#include "harness/record/event.h"

namespace rehearse {

// Nothing but a stub answers on that node.
bool stub_answers(const record::Json& status);

// Why the model of that hash does not answer; empty when it does.
std::string scoring_trouble(const record::Json& status, const std::string& hash);

// "model sha256:..." or "stub"
std::string describe_scoring(const record::Json& status);

}  // namespace rehearse
