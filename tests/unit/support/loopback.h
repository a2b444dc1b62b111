// Two ends of real connections over loopback, for tests of what stands between them. Calls wait up to kPatience.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace rehearse::made {

constexpr std::chrono::milliseconds kPatience{20'000};  // that no working machine needs
constexpr std::chrono::milliseconds kAWhile{60};        // in which what passes would have passed

inline bool until(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() { close(); }

  // The program at 127.0.0.1 on that port; an empty socket when it refuses.
  static Socket dial(int port) {
    Socket s(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto to = loopback(port);
    if (::connect(s.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) s.close();
    return s;
  }

  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  void send(const std::string& text) {
    for (std::size_t sent = 0; sent < text.size();) {
      const auto n = ::send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      sent += static_cast<std::size_t>(n);
    }
  }
  // So many bytes; fewer when that is all.
  std::string receive(std::size_t bytes) {
    std::string text(bytes, '\0');
    std::size_t got = 0;
    while (got < bytes && ready(kPatience)) {
      const auto n = ::recv(fd_, text.data() + got, bytes - got, 0);
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
    text.resize(got);
    return text;
  }
  void without_delay() {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  void end() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

  bool silent(std::chrono::milliseconds a_while = kAWhile) const { return !ready(a_while); }
  bool ended() const { return next() == 0; }
  bool was_reset() const { return next() < 0 && errno == ECONNRESET; }

  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

 private:
  bool ready(std::chrono::milliseconds limit) const {
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, static_cast<int>(limit.count())) > 0;
  }
  ssize_t next() const {
    char c;
    errno = 0;
    return ready(kPatience) ? ::recv(fd_, &c, 1, MSG_PEEK) : 1;
  }
  int fd_ = -1;
};

class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto at = Socket::loopback(0);
    socklen_t size = sizeof at;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(fd_, 100) != 0)
      throw std::runtime_error("loopback cannot be listened on");
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Socket accept() {
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, static_cast<int>(kPatience.count())) > 0 ? Socket(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC))
                                                                 : Socket();
  }
  int port = 0;

 private:
  int fd_;
};

}  // namespace rehearse::made
