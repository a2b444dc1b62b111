// JSON from outside: nodes, commands, journals.
#pragma once

#include <string_view>

#include "localnet/base/json.h"

namespace rehearse {

// Throws std::exception on what is not JSON, and on what is nested so deeply that copying it would run out of stack: the
// parser itself takes any depth.
nlohmann::json parse_json(std::string_view text);

}  // namespace rehearse
