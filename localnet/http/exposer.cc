#include "localnet/http/exposer.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <prometheus/exposer.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <vector>

#include "localnet/base/error.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {

struct ListenAt {
  std::string host;  // "127.0.0.1"
  sockaddr_in address{};
};

ListenAt listen_at(const std::string& text) {
  const auto colon = text.find(':');
  ListenAt at{colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon), {}};
  const auto port = text.substr(colon + 1);  // all of it without a colon
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || ::inet_pton(AF_INET, at.host.c_str(), &at.address.sin_addr) != 1)
    throw Error(Blame::scenario, fmt::format("metrics are offered at PORT or ADDRESS:PORT, such as 9477 or 0.0.0.0:9477; found `{}`", text));
  at.address.sin_family = AF_INET;
  at.address.sin_port = htons(number);
  return at;
}

// The library does not say why it cannot.
void throw_if_not_free(const ListenAt& at, const std::string& text) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;  // as the library does: else connections of the one before would still be in the way
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at.address), sizeof at.address) == 0 && ::listen(fd.get(), 1) == 0) return;
  throw Error(Blame::machine, fmt::format("metrics cannot be offered at {}: {}; take another port, or 0 for any that is free", text, std::strerror(errno)));
}

std::vector<int> open_files() {
  std::vector<int> all;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", gone)) all.push_back(std::atoi(entry.path().filename().c_str()));
  return all;
}

int local_port(int fd) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0 && at.sin_family == AF_INET ? ntohs(at.sin_port) : 0;
}

int served_port = 0;  // 0: nothing is served
struct sigaction pipe_before;

// A forked child has the sockets without the threads: it would keep the port, and connections open, for as long as it lives. That
// they are closed on exec helps only who executes another program.
void leave_to_parent() {
  if (!served_port) return;
  for (const int fd : open_files())
    if (local_port(fd) == served_port) ::close(fd);
  served_port = 0;
  ::sigaction(SIGPIPE, &pipe_before, nullptr);  // which the library's threads ignore for the whole process
}

// Threads have the mask of who starts them: signals are left to those who wait for them.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

struct Exposer::Server {
  std::string host;
  prometheus::Exposer exposer;
};

Exposer::Exposer(const std::string& text, const std::shared_ptr<prometheus::Collectable>& metrics) {
  const auto at = listen_at(text);
  throw_if_not_free(at, text);
  static const int registered = ::pthread_atfork(nullptr, nullptr, leave_to_parent);
  if (registered != 0) throw Error(Blame::machine, "metrics cannot be offered: there is no memory");
  ::sigaction(SIGPIPE, nullptr, &pipe_before);
  try {
    const WithoutSignals blocked;
    server_.reset(new Server{at.host, prometheus::Exposer(fmt::format("{}:{}", at.host, ntohs(at.address.sin_port)))});
  } catch (const std::exception& e) {
    throw Error(Blame::machine, fmt::format("metrics cannot be offered at {}: {}", text, e.what()));
  }
  server_->exposer.RegisterCollectable(metrics);
  served_port = server_->exposer.GetListeningPorts().front();
}

Exposer::~Exposer() {
  server_.reset();
  served_port = 0;
}

std::string Exposer::url() const { return fmt::format("http://{}:{}/metrics", server_->host, served_port); }

}  // namespace rehearse
