// What a run may take of the disk. A release that floods its log would fill it, and whoever else works on the machine would
// meet that first; so the run ends before, while there is room for its reports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rehearse {

struct Caps {
  std::uintmax_t log_bytes = 256'000'000;     // of one node's log
  std::uintmax_t reserve_bytes = 50'000'000;  // to be left free on the disk of the run's folder
};

// What is exceeded, by which file of the run's folder, and what to do; empty when nothing is.
std::string exceeded(const Caps&, const std::filesystem::path& folder, const std::vector<std::filesystem::path>& logs);

}  // namespace rehearse
