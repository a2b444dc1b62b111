// A copy of a folder in which nothing is written meanwhile: of nodes that are paused, or have ended.
#pragma once

#include <filesystem>
#include <string>

namespace rehearse {

// What never changes once it is written (tables of a database, programs) is linked with the original;
// everything else is copied. Absolute links into the folder lead into the copy, or where that will be once it
// gets its name. `to` must not exist. Throws Error(Blame::machine) naming the file that could not be copied;
// what was copied by then stays.
void copy_frozen(const std::filesystem::path& from, const std::filesystem::path& to,
                 const std::filesystem::path& named);
inline void copy_frozen(const std::filesystem::path& from, const std::filesystem::path& to) {
  copy_frozen(from, to, to);
}

// Another one as soon as a file of the folder was added, removed, written to or touched, or a link leads
// elsewhere. Contents are not read: where a state is large, that would take longer than what it is for.
std::string seal_of(const std::filesystem::path& folder);

}  // namespace rehearse
