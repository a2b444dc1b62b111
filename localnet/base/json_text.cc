#include "localnet/base/json_text.h"

#include <stdexcept>

namespace rehearse {

namespace {

constexpr int kDeepest = 200;

bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '[' || c == '{') && ++depth > kDeepest)
      return true;
    else if (!quoted && (c == ']' || c == '}'))
      --depth;
  }
  return false;
}

}  // namespace

nlohmann::json parse_json(std::string_view text) {
  if (too_deep(text))
    throw std::invalid_argument("JSON nested more than " + std::to_string(kDeepest) + " deep");
  return nlohmann::json::parse(text);
}

}  // namespace rehearse
