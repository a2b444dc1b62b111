// A backup of a folder that is known to be one: once it is made, every file is read back and compared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rehearse {

struct Backup {
  std::size_t files = 0;
  std::uintmax_t bytes = 0;
  std::vector<std::string> differing;  // relative paths of files that the copy has not, or has otherwise
};

// Copies the folder to `to`, which is made, and compares. Throws Error(Blame::machine) for what cannot be read or written.
Backup back_up(const std::filesystem::path& from, const std::filesystem::path& to);
// The comparison alone.
Backup compare_backup(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace rehearse
