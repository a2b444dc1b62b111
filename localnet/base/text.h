// Text of files and of JSON values, as several parts need it.
#pragma once

#include <filesystem>
#include <string>

#include "localnet/base/json.h"

namespace rehearse {

// The whole file; empty when it cannot be read.
std::string read_file(const std::filesystem::path&);

// A string as it is, anything else as JSON.
std::string text_of(const nlohmann::json&);

// ANSI escapes and other control characters removed.
std::string printable(const std::string&);
// The same of text with several lines.
std::string printable_lines(const std::string&);

// The lines that only one of them has: "-old; +new". Lines keep their order.
std::string changed_lines(const std::string& before, const std::string& after);

}  // namespace rehearse
