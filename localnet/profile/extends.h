// A profile's file with the bases that it extends, merged before anything is decoded: `extends: NAME` of a profile that comes
// with the project, wherever the file lies, or `extends: PATH`, relative to the file.
#pragma once

#include <filesystem>
#include <string>

#include "localnet/base/decode.h"

namespace rehearse {

struct ProfileDocument {
  YAML::Node root;  // without `extends` and `base`
  Source source;
};

// `shipped` is the folder of the project's profiles; empty: the file's own. Throws Error(Blame::scenario) with file:line:column
// for a base that there is not, or that extends itself; and for a file that is a base.
ProfileDocument read_profile_document(const std::filesystem::path& file, const std::filesystem::path& shipped);

// Whether the file says `base: true`: profiles extend it, no chain is rehearsed by it alone.
bool is_base_profile(const std::filesystem::path& file);

}  // namespace rehearse
