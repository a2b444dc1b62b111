#include "localnet/process/address.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "localnet/base/ports.h"
#include "localnet/base/error.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {

constexpr int first_x = 7, last_x = 250;
constexpr int first_y = 1, last_y = 250;
constexpr int blocks = (last_x - first_x + 1) * (last_y - first_y + 1);
constexpr int most_tries = 1000;

std::string address(int x, int y, int node) { return fmt::format("127.{}.{}.{}", x, y, node); }

bool can_listen(const std::string& ip, int port) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return false;
  int on = 1;  // as nodes listen: connections that are closing do not count, listeners do
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  ::inet_pton(AF_INET, ip.c_str(), &where.sin_addr);
  return ::bind(fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
}

bool is_quiet(int x, int y) {
  for (int node = 1; node <= 3; ++node) {
    for (int port : {p2p_port, rpc_port}) {
      if (!can_listen(address(x, y, node), port)) return false;
    }
  }
  return true;
}

// Whoever releases a block removes its file, so the file we locked may no longer be the one under that name.
bool is_still_there(const Fd& fd, const std::filesystem::path& file) {
  struct stat locked, named;
  return ::fstat(fd.get(), &locked) == 0 && ::stat(file.c_str(), &named) == 0 && locked.st_dev == named.st_dev &&
         locked.st_ino == named.st_ino;
}

// The locked file, or none when another process has it.
Fd lock(const std::filesystem::path& file) {
  while (true) {
    Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd) {
      throw Error(Blame::machine,
                  fmt::format("{}: cannot create the lock of an address block: {}; give a runtime "
                              "directory that can be written",
                              file.string(), strerror(errno)));
    }
    bool locked = ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
    if (locked && is_still_there(fd, file)) return fd;
    if (!locked) return {};
  }
}

}  // namespace

AddressBlock::AddressBlock(int x, int y, Fd lock, std::filesystem::path lock_file)
    : x_(x), y_(y), lock_(std::move(lock)), lock_file_(std::move(lock_file)) {}

AddressBlock AddressBlock::claim(const std::filesystem::path& runtime_dir) {
  std::error_code failed;
  std::filesystem::create_directories(runtime_dir, failed);
  if (failed) {
    throw Error(Blame::machine, fmt::format("{}: cannot create the runtime directory: {}",
                                            runtime_dir.string(), failed.message()));
  }
  for (int tried = 0; tried < most_tries; ++tried) {
    int position = (::getpid() + tried) % blocks;
    int x = first_x + position / (last_y - first_y + 1);
    int y = first_y + position % (last_y - first_y + 1);
    std::filesystem::path file = runtime_dir / fmt::format("net-{}-{}.lock", x, y);
    Fd locked = lock(file);
    if (!locked) continue;
    AddressBlock block(x, y, std::move(locked), file);
    if (is_quiet(x, y)) return block;
  }
  throw Error(
      Blame::machine,
      fmt::format("no free loopback addresses: {} blocks 127.x.y.* are in use; `rehearse heal` ends what "
                  "killed runs left, and nothing else may listen on 0.0.0.0 port {} or {}",
                  most_tries, p2p_port, rpc_port));
}

void AddressBlock::remove_stale(const std::filesystem::path& runtime_dir) {
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(runtime_dir, unreadable)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("net-") || !name.ends_with(".lock")) continue;
    const Fd fd(::open(entry.path().c_str(), O_RDWR | O_CLOEXEC));
    if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 && is_still_there(fd, entry.path()))
      ::unlink(entry.path().c_str());
  }
}

AddressBlock& AddressBlock::operator=(AddressBlock&& other) noexcept {
  if (this == &other) return *this;
  release();
  x_ = other.x_;
  y_ = other.y_;
  lock_ = std::move(other.lock_);
  lock_file_ = std::move(other.lock_file_);
  return *this;
}

AddressBlock::~AddressBlock() { release(); }

void AddressBlock::release() noexcept {
  if (!lock_) return;
  // Removed before it is unlocked: who waits for it then locks a file without a name, and sees that. Only
  // when it is still ours: a runtime directory may have been cleaned and used again.
  if (is_still_there(lock_, lock_file_)) ::unlink(lock_file_.c_str());
  lock_.reset();
}

std::string AddressBlock::at(int node) const {
  if (node < 1 || node > 254) {
    throw Error(Blame::scenario, fmt::format("node {} has no address: a network holds nodes 1 to 254", node));
  }
  return address(x_, y_, node);
}

}  // namespace rehearse
