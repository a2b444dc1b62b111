// Files that a reader finds whole or not at all, also when the harness is killed while it writes.
#pragma once

#include <filesystem>
#include <string_view>

namespace rehearse::reports {

// Writes to a temporary file in the same folder (which must exist) and renames it over `path`. Survives a
// killed harness, not a lost machine: nothing is synced. Throws std::system_error naming the path; the
// temporary file is removed then.
void write_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace rehearse::reports
