#include "localnet/base/json_text.h"

#include <stdexcept>

namespace rehearse {

namespace {

constexpr int kDeepest = 200;

}  // namespace

nlohmann::json parse_json(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  return nlohmann::json::parse(text, [](int depth, Event event, nlohmann::json&) {
    if (depth >= kDeepest && (event == Event::object_start || event == Event::array_start))
      throw std::invalid_argument("JSON nested more than " + std::to_string(kDeepest) + " deep");
    return true;
  });
}

}  // namespace rehearse
