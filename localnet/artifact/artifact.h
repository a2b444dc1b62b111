// Releases as they are published: an archive or a bare binary becomes a verified executable in a store.
//
//   Artifact to = open_artifact("virtengine_linux_amd64.tar.gz", "virtengine", cache_dir);
//   link_or_copy(to.binary, home / "cosmovisor/upgrades/v2/bin/virtengine");
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace rehearse {

struct Artifact {
  std::string sha256;            // of the archive, or of the bare binary
  std::filesystem::path binary;  // in the store; read-only, never to be written to: others link to it
  std::string binary_sha256;
};

// Verifies `source` (tar.gz, tar, zip or a bare ELF binary) and puts its `binary_name`, found at the
// archive's top or under bin/, into `store`. Nothing is executable, or in the store, before the whole
// archive has been checked. Done once per content; a file that has not changed since
// is not read again. Two processes may do it at once.
//
// The checksum has to be the one that SHA256SUMS beside it says, and `expected_sha256` (hex) unless empty.
// Throws Blame::scenario when `source` does not exist, Blame::machine when the store cannot be written, and
// Blame::release with one of Trouble::checksum_mismatch, archive_corrupt, archive_escapes, binary_missing,
// wrong_architecture.
Artifact open_artifact(const std::filesystem::path& source, const std::string& binary_name,
                       const std::filesystem::path& store, const std::string& expected_sha256 = "");

// What the program in `source` is called: a bare binary as its file, in an archive the only program at its top or under bin/. Libraries are
// none. Throws as open_artifact does; Trouble::binary_missing also when there are several.
std::string program_name(const std::filesystem::path& source);

// What `store` holds of an archive or bare binary of that checksum (hex, lower case), if it was opened
// before.
std::optional<Artifact> stored_artifact(const std::string& sha256, const std::string& binary_name,
                                        const std::filesystem::path& store);

// Replaces `to` by a hard link, or on another file system by a copy, of `from`; creates its folder.
// Throws Blame::machine.
void link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace rehearse
