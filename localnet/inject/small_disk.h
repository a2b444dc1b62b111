// A folder on a file system of its own with little room (tmpfs), which can be full in earnest (read-only: read_only_disk() of strace.h). It is mounted in
// a mount namespace that only this process and what it starts from then on live in: the mount is gone with the last of
// them, and nobody else ever sees it (the folder looks empty, or as it was, from outside).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "localnet/process/evidence.h"
#include "localnet/base/fd.h"

namespace rehearse {

// Tries it in a copy of this process. Needs root, or user namespaces.
std::string mount_namespace_needs();

// Gives this thread a mount namespace of its own, once; call it before what shall see the folders is started. Without
// root it is in a user namespace of its own as well, in which we and our children are who we were. That works only while
// this process has one thread; as root it has no such condition. Throws Error(Blame::machine).
void enter_mount_namespace();

class SmallDisk {
 public:
  // Mounts it at the folder, which is made if need be, and copies there what lies in the folder; calls
  // enter_mount_namespace(). Nothing may have files open below it. Throws Error(Blame::machine), also when `bytes` is too
  // little for what is there.
  SmallDisk(const std::filesystem::path& folder, std::uint64_t bytes);
  // Unmounts it; processes that still use it keep it until they end. What lies on it is copied back to the folder below,
  // where a post-mortem finds it.
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;

  // Takes away all room but about `leave` bytes (whole pages; one where nothing lies on it): the file system shrinks, no
  // ballast is to be seen or backed up, and it works while files are open. Called again it may also give room back, as
  // undo_fill() does. Throws Error(Blame::machine).
  void fill(std::uint64_t leave);
  void undo_fill();
  // By trying to write one page more than fill() has left: ENOSPC; a page can be written.
  Evidence is_full() const;
  Evidence has_room() const;

 private:
  void remount(unsigned long flags, std::uint64_t bytes);
  std::string space() const;
  std::filesystem::path below() const;

  std::filesystem::path folder_;
  std::uint64_t bytes_, left_ = 0;
  Fd below_;  // the folder that is mounted over
};

}  // namespace rehearse
