// Reading an archive that nobody vouches for: tar (also compressed with gzip, bzip2, xz or zstd) and zip.
// Nothing is ever written by its paths; its members' bytes are handed out.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
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

// Names of the files at the top and under bin/ whose first bytes that says yes to. Throws as unpack_member does.
std::set<std::string> files_like(int fd, const std::string& name, bool (*wanted)(std::string_view head));

// Called with each member's path and size; what it returns gets its bytes, piece by piece.
using OnMember = std::function<std::function<void(std::string_view piece)>(const std::string& path, std::uint64_t size)>;

// Reads all members of an archive of plain files: anything else in it, links and folders, is damage, and so is a tar that unpacks to
// more than `most` bytes. What `on_member` and its sinks throw comes through. Throws as unpack_member does.
void read_members(int fd, const std::string& name, std::uint64_t most, const OnMember& on_member);

}  // namespace rehearse
