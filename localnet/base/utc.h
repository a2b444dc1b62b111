// Moments as RFC 3339 writes them.
#pragma once

#include <ctime>
#include <optional>
#include <string>

namespace rehearse {

// "2026-01-02T03:04:05Z"
std::string utc(std::time_t = std::time(nullptr));
// The same back; nothing for what is not written so.
std::optional<std::time_t> time_of_utc(const std::string&);

}  // namespace rehearse
