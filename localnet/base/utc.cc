#include "localnet/base/utc.h"

#include <fmt/chrono.h>

namespace rehearse {

std::string utc(std::time_t when) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(when)); }


std::optional<std::time_t> time_of_utc(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (!end || *end) return {};
  return ::timegm(&parts);
}

}  // namespace rehearse
