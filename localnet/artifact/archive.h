// Reading an archive that nobody vouches for: tar (also compressed with gzip, bzip2, xz or zstd) and zip.
// Nothing is ever written by its paths; one member's bytes are handed out. And writing one that nobody should trust.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace rehearse {

struct ArchiveMember {
  std::string path;  // "bin/virtengine"
  std::string head;  // its first bytes, at most 64
};

// Bytes of a file; `begins`: the first of one, instead of what was handed out before.
using MemberSink = std::function<void(std::string_view piece, bool begins)>;

// Reads all of the archive `fd` and checks its own checksums and that no path or link leaves it, and hands out the bytes of
// the regular file `binary_name` at the top or under bin/ (of several the last counts). They are worth nothing until this has
// returned. `name` is the archive's, for messages. Throws Blame::release with Trouble::archive_corrupt, archive_escapes
// and binary_missing.
ArchiveMember unpack_member(int fd, const std::string& name, const std::string& binary_name, const MemberSink& sink);

// A tar.gz of these members, path -> content, whatever the paths are. Throws Error(Blame::machine).
void write_archive(const std::filesystem::path& file, const std::map<std::string, std::string>& members);

}  // namespace rehearse
