// The tables of a history's file, and the file opened with them.
#pragma once

#include <filesystem>

#include "harness/history/sqlite.h"

namespace rehearse::history {

// A file that is a history of this version, whole. Throws Error as History's constructor says.
Connection open_history(const std::filesystem::path& file, Connection::Use, std::chrono::milliseconds patience);

}  // namespace rehearse::history
