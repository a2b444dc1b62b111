#include "tests/localnet/apart.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

namespace rehearse::localnet {

namespace {

void expect(bool done, const std::string& what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

void bring_up_loopback() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool up = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  ::close(fd);
  expect(up, "loopback");
}

}  // namespace

// Namespaces are a thread's, and children have those of the thread that starts them.
bool apart(int namespaces, const std::function<void()>& work) {
  bool allowed = false;
  std::thread([&] {
    if (::unshare(namespaces) != 0) return;
    allowed = true;
    try {
      if (namespaces & CLONE_NEWNS)
        expect(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "mount /");
      if (namespaces & CLONE_NEWNET) bring_up_loopback();
      work();
    } catch (const std::exception& e) {
      ADD_FAILURE() << e.what();
    }
  }).join();
  return allowed;
}

Disk::Disk(fs::path at, std::uintmax_t bytes) : at_(std::move(at)) {
  fs::create_directories(at_);
  const auto size = "size=" + std::to_string(bytes);
  expect(::mount("none", at_.c_str(), "tmpfs", 0, size.c_str()) == 0, "mount " + at_.string());
}

Disk::~Disk() { ::umount2(at_.c_str(), MNT_DETACH); }

void Disk::make_read_only() {
  expect(::mount("none", at_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0,
         "mount " + at_.string());
}

void Disk::fill(std::uintmax_t leave) const {
  const int fd = ::open((at_ / "ballast").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
  expect(fd >= 0, "ballast");
  constexpr std::uintmax_t kPage = 4096;
  off_t end = 0;
  for (auto room = fs::space(at_).available; room > leave; room = fs::space(at_).available) {
    const auto piece = static_cast<off_t>(std::max(kPage, (room - leave) / 2));
    if (::posix_fallocate(fd, end, piece) == 0) end += piece;
  }
  ::close(fd);
}

}  // namespace rehearse::localnet
