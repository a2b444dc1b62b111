// Moments as RFC 3339 writes them.
#pragma once

#include <ctime>
#include <string>

namespace rehearse {

// "2026-01-02T03:04:05Z"
std::string utc(std::time_t = std::time(nullptr));

}  // namespace rehearse
