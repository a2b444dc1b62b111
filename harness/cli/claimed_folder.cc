#include "harness/cli/claimed_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "localnet/base/error.h"

namespace rehearse::cli {

namespace {

constexpr const char* kLock = ".lock";

Fd lock_of(const fs::path& folder, int flags) {
  Fd fd(::open((folder / kLock).c_str(), O_RDWR | O_CLOEXEC | flags, 0600));
  return fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 ? std::move(fd) : Fd();
}

}  // namespace

ClaimedFolder::ClaimedFolder(const Project& project) {
  remove_abandoned_folders(project);
  fs::create_directories(project.claimed_folders());
  auto name = (project.claimed_folders() / "XXXXXX").string();
  if (!::mkdtemp(name.data()))
    throw Error(Blame::machine, fmt::format("{}: cannot be made: {}; this needs a checkout that it can write to", name, std::strerror(errno)));
  place_.emplace(name);
  lock_ = lock_of(name, O_CREAT);
  if (!lock_) throw Error(Blame::machine, name + ": cannot be locked");
}

std::vector<fs::path> remove_abandoned_folders(const Project& project) {
  std::error_code none;
  std::vector<fs::path> removed;
  for (const auto& entry : fs::directory_iterator(project.claimed_folders(), none))
    if (const auto left = lock_of(entry.path(), 0); left && fs::remove_all(entry.path(), none) > 0) removed.push_back(entry.path());
  return removed;
}

}  // namespace rehearse::cli
