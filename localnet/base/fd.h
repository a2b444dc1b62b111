// An open file descriptor, closed when this goes.
//
//   const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
//   if (!file) throw Error(Blame::machine, errno_text(path));
#pragma once

#include <unistd.h>

#include <utility>

namespace rehearse {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }  // -1: there is none
  explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace rehearse
