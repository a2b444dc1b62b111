#include "localnet/inject/small_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

#include "localnet/base/error.h"
#include "localnet/process/probe.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kPage = 4096;

void write_all(const char* file, const std::string& text) {
  std::ofstream out(file);
  if (!(out << text << std::flush)) throw Error(Blame::machine, errno_text(file));
}

// Changes of credentials take away the parent-death signal (guard.h relies on it) and the right to look into this process.
void unshare_with_user() {
  int death_signal = 0;
  ::prctl(PR_GET_PDEATHSIG, &death_signal);
  const auto parent = ::getppid();
  const auto user = ::geteuid();
  const auto group = ::getegid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
    throw Error(Blame::machine, errno_text("unshare(CLONE_NEWUSER | CLONE_NEWNS)"));
  ::prctl(PR_SET_DUMPABLE, 1);
  ::prctl(PR_SET_PDEATHSIG, death_signal);
  if (death_signal && ::getppid() != parent) ::raise(death_signal);
  write_all("/proc/self/setgroups", "deny");
  write_all("/proc/self/uid_map", fmt::format("{} {} 1", user, user));
  write_all("/proc/self/gid_map", fmt::format("{} {} 1", group, group));
}

// As root the capability is there; else a user namespace lends it, in which our user and group are the same.
void unshare_mounts() {
  if (::unshare(CLONE_NEWNS) == 0) return;
  if (errno != EPERM) throw Error(Blame::machine, errno_text("unshare(CLONE_NEWNS)"));
  unshare_with_user();
}

void mount_tmpfs(const fs::path& folder, std::uint64_t bytes, unsigned long flags) {
  if (::mount("rehearse", folder.c_str(), "tmpfs", flags, fmt::format("size={},mode=0755", bytes).c_str()) != 0)
    throw Error(Blame::machine, errno_text(folder.string() + ": mount of a tmpfs"));
}

struct statvfs space_of(const fs::path& folder) {
  struct statvfs space {};
  if (::statvfs(folder.c_str(), &space) != 0) throw Error(Blame::machine, errno_text(folder.string() + ": statvfs"));
  return space;
}

// 0, or the errno of writing so much to a file that has no name and is gone afterwards.
int error_of_writing(const fs::path& folder, std::uint64_t bytes) {
  const Fd fd(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!fd) return errno;
  const std::vector<char> page(kPage, 'x');
  int error = 0;
  for (std::uint64_t done = 0; !error && done < bytes; done += kPage)
    if (::write(fd.get(), page.data(), page.size()) != static_cast<ssize_t>(kPage)) error = errno;
  return error;
}

std::string tried(std::uint64_t bytes, int error) {
  return fmt::format("; writing {} bytes: {}", bytes, error ? std::strerror(error) : "done");
}

void copy_contents(const fs::path& from, const fs::path& to) {
  // The slash: /proc/self/fd/N is a link, and what it leads to is meant.
  fs::copy(from / "", to / "", fs::copy_options::recursive | fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing);
}

}  // namespace

std::string mount_namespace_needs() {
  const auto said = in_child([] {
    enter_mount_namespace();
    const auto folder = fs::temp_directory_path();
    mount_tmpfs(folder, 16 * kPage, 0);
    return error_of_writing(folder, 17 * kPage) == ENOSPC ? std::string() : std::string("a small tmpfs does not fill up");
  });
  return said.empty() ? "" : fmt::format("needs root or user namespaces (a tmpfs in a mount namespace: {})", said);
}

void enter_mount_namespace() {
  static bool entered = false;
  if (entered) return;
  unshare_mounts();
  // Else mounts would be passed on to where we come from.
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) throw Error(Blame::machine, errno_text("mount(MS_PRIVATE)"));
  entered = true;
}

SmallDisk::SmallDisk(const fs::path& folder, std::uint64_t bytes) : folder_(fs::absolute(folder)), bytes_(bytes) {
  enter_mount_namespace();
  fs::create_directories(folder_);
  below_ = Fd(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!below_) throw Error(Blame::machine, errno_text(folder_.string() + ": open"));
  try {
    mount_tmpfs(folder_, bytes_, MS_NOSUID | MS_NODEV);
    struct stat original {};
    if (::fstat(below_.get(), &original) == 0) ::chmod(folder_.c_str(), original.st_mode & 07777);
    copy_contents(below(), folder_);
  } catch (const std::exception& e) {
    ::umount2(folder_.c_str(), MNT_DETACH);
    throw Error(Blame::machine, fmt::format("{}: a file system of {} bytes cannot take its place: {}", folder_.string(), bytes_, e.what()));
  }
}

SmallDisk::~SmallDisk() {
  try {
    copy_contents(folder_, below());
  } catch (const std::exception&) {
    // Of what is written to or removed meanwhile some may be missing below.
  }
  ::umount2(folder_.c_str(), MNT_DETACH);
}

fs::path SmallDisk::below() const { return fmt::format("/proc/self/fd/{}", below_.get()); }

void SmallDisk::remount(unsigned long flags, std::uint64_t bytes) {
  if (::mount("rehearse", folder_.c_str(), nullptr, MS_REMOUNT | MS_NOSUID | MS_NODEV | flags, fmt::format("size={}", bytes).c_str()) != 0)
    throw std::system_error(errno, std::generic_category());
}

void SmallDisk::fill(std::uint64_t leave) {
  leave = (leave + kPage - 1) / kPage * kPage;
  constexpr int kTries = 100;  // somebody may write in between, then the kernel says that it is too small
  for (int i = 1;; ++i) {
    const auto space = space_of(folder_);
    const auto used = (space.f_blocks - space.f_bfree) * space.f_frsize;
    try {
      const auto size = std::max<std::uint64_t>(std::min(used + leave, bytes_), kPage);  // 0 would be no limit at all
      remount(0, size);
      left_ = size - used;
      return;
    } catch (const std::system_error& e) {
      if (i == kTries || e.code().value() != EINVAL)
        throw Error(Blame::machine, fmt::format("{}: it cannot be filled up: {}", folder_.string(), e.code().message()));
    }
  }
}

void SmallDisk::undo_fill() {
  try {
    remount(0, bytes_);
  } catch (const std::system_error& e) {
    throw Error(Blame::machine, fmt::format("{}: it cannot be given back its room: {}", folder_.string(), e.code().message()));
  }
}

std::string SmallDisk::space() const {
  const auto s = space_of(folder_);
  return fmt::format("{}: {} of {} bytes free{}", folder_.string(), s.f_bavail * s.f_frsize, s.f_blocks * s.f_frsize,
                     s.f_flag & ST_RDONLY ? ", read-only" : "");
}

Evidence SmallDisk::is_full() const {
  const auto bytes = (left_ / kPage + 1) * kPage;
  const int error = error_of_writing(folder_, bytes);
  return {error == ENOSPC, space() + tried(bytes, error)};
}

Evidence SmallDisk::has_room() const {
  const int error = error_of_writing(folder_, kPage);
  return {error == 0 && space_of(folder_).f_blocks * space_of(folder_).f_frsize >= bytes_ / kPage * kPage, space() + tried(kPage, error)};
}

}  // namespace rehearse
