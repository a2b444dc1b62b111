// Whether one of LevelDB's logs, or a manifest, which is one, was cut off. LevelDB takes that for the end of what was written.
#pragma once

#include <string_view>

namespace rehearse {

// Its last entry is not whole. Says nothing of what stands in the entries before it.
bool ends_within_entry(std::string_view log);

}  // namespace rehearse
