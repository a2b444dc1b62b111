// What the runs that are kept may take of a disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <vector>

namespace rehearse {

// Keeps the runs' folders in `results`, each NAME beside NAME.yaml and NAME.log, within that many bytes: of the oldest everything but
// the bundle goes first; then, oldest first again, what is left. The newest stays whatever it takes, and so
// do those that still run (`in_use`), which are not counted. Returns the folders that went entirely.
std::vector<std::filesystem::path> keep_within(const std::filesystem::path& results, std::uintmax_t bytes,
                                               const std::set<std::filesystem::path>& in_use = {});

// Of runs that began and came to no end, such as a killed soak was at: they prove nothing. None of them may still run. Returns their
// folders.
std::vector<std::filesystem::path> remove_unfinished(const std::filesystem::path& results);

// A run's folder and what lies beside it.
void remove_run(const std::filesystem::path& folder);

}  // namespace rehearse
