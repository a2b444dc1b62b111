// What of a machine may matter for a failure.
#pragma once

#include <filesystem>
#include <string>

#include "localnet/base/json.h"

namespace rehearse {

// As the kernel names it: "x86_64".
std::string architecture();

// {kernel, cores, memory_mb, file_system, clock_source}; what cannot be read is "". The file system is that of `folder`.
nlohmann::json describe_machine(const std::filesystem::path& folder);

}  // namespace rehearse
