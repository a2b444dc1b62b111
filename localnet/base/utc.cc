#include "localnet/base/utc.h"

#include <fmt/chrono.h>

namespace rehearse {

std::string utc(std::time_t when) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(when)); }

}  // namespace rehearse
