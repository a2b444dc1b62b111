// Mounts and network addresses of a test's own, so that a disk can be full and an address taken without
// anybody else's noticing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace rehearse::localnet {

namespace fs = std::filesystem;

// Does `work` where mounts (CLONE_NEWNS) or addresses (CLONE_NEWNET) are its own, and those of what it
// starts. False, with nothing done, when this process may not have them.
bool apart(int namespaces, const std::function<void()>& work);

// A file system in memory, within apart(CLONE_NEWNS, ...).
class Disk {
 public:
  Disk(fs::path at, std::uintmax_t bytes);
  ~Disk();
  Disk(const Disk&) = delete;
  const fs::path& path() const { return at_; }
  void make_read_only();
  // Leaves about that many bytes free.
  void fill(std::uintmax_t leave) const;

 private:
  fs::path at_;
};

}  // namespace rehearse::localnet
