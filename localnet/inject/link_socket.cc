#include "localnet/inject/link_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

int tcp_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

}  // namespace

sockaddr_in socket_address(const SocketAddress& a) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(a.port));
  if (::inet_pton(AF_INET, a.ip.c_str(), &address.sin_addr) != 1)
    throw Error(Blame::machine, a.ip + ": a link proxy wants an IPv4 address");
  return address;
}

int listen_at(const SocketAddress& where) {
  const auto address = socket_address(where);
  int fd = tcp_socket();
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, SOMAXCONN) == 0)
    return fd;
  const auto why = errno;
  close_socket(fd);
  throw Error(Blame::machine, fmt::format("a link proxy cannot listen at {}:{}: {}", where.ip, where.port, strerror(why)));
}

int port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int dial(const sockaddr_in& address) {
  int fd = tcp_socket();
  if (fd < 0) return -1;
  without_delay(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
    close_socket(fd);
  return fd;
}

void without_delay(int fd) {
  const int on = 1;  // what is passed on is not to wait for an acknowledgement
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void close_socket(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

void reset_socket(int& fd) {
  const linger at_once{1, 0};
  if (fd >= 0) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close_socket(fd);
}

}  // namespace rehearse
