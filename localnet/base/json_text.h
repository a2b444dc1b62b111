// JSON from outside: nodes, commands, journals.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace rehearse {

// Throws std::exception on what is not JSON, and on what is nested so deeply that copying it would run out of stack: the
// parser itself takes any depth.
nlohmann::json parse_json(std::string_view text);

}  // namespace rehearse
