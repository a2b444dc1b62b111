#include "harness/engine/caps.h"

#include <fmt/format.h>

namespace rehearse {

namespace fs = std::filesystem;

namespace {

std::string megabytes(std::uintmax_t bytes) { return fmt::format("{:.2f} MB", static_cast<double>(bytes) / 1e6); }

}  // namespace

std::string exceeded(const Caps& caps, const fs::path& folder, const std::vector<fs::path>& logs) {
  std::uintmax_t largest = 0;
  fs::path name;
  for (const auto& log : logs) {
    std::error_code not_there;
    const auto size = fs::file_size(log, not_there);
    if (not_there || size <= largest) continue;
    largest = size;
    name = log.lexically_relative(folder);
  }
  if (largest > caps.log_bytes)
    return fmt::format("{} has grown past the {} that --log-cap allows; read what floods it, or allow more", name.string(),
                       megabytes(caps.log_bytes));
  std::error_code unknown;
  const auto space = fs::space(folder, unknown);
  if (!unknown && space.available < caps.reserve_bytes)
    return fmt::format("{}: {} are free, and {} are kept in reserve; the largest log is {} with {}; make room, or give --out "
                       "another disk",
                       folder.string(), megabytes(space.available), megabytes(caps.reserve_bytes),
                       name.empty() ? "none" : name.string(), megabytes(largest));
  return "";
}

}  // namespace rehearse
