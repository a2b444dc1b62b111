#include "localnet/process/probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <thread>

#include "localnet/base/error.h"
#include "localnet/base/log.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {

constexpr const char* kSystemFolders = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::size_t kLongestAnswer = 4096;

// A child that ends when this process does. It inherits the buffers of our output, which must be empty then.
pid_t fork_bound() {
  std::cout.flush();
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw Error(Blame::machine, "a process cannot be started: " + errno_text("fork"));
  if (pid > 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  return 0;
}

void end_child(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

std::array<Fd, 2> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error(Blame::machine, errno_text("socketpair"));
  return {Fd(ends[0]), Fd(ends[1])};
}

std::optional<std::string> receive(int socket) {
  std::string text(kLongestAnswer, '\0');
  const auto got = ::recv(socket, text.data(), text.size(), 0);
  if (got <= 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(got));
  return text;
}

[[noreturn]] void answer_for_ever(int socket, const std::function<std::string()>& answer) {
  while (receive(socket)) {
    const auto text = answer();
    if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) break;
  }
  ::_exit(0);
}

std::string text_of_trouble(const std::function<std::string()>& work) {
  try {
    return work();
  } catch (const std::exception& e) {
    return e.what();
  }
}

[[noreturn]] void execute(const std::vector<std::string>& argv, int output) {
  std::vector<char*> arguments;
  for (const auto& a : argv) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  std::string path = std::string("PATH=") + kSystemFolders;
  char* environment[] = {path.data(), nullptr};
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  ::execve(argv[0].c_str(), arguments.data(), environment);
  ::_exit(127);
}

}  // namespace

AnsweringChild::AnsweringChild(std::function<std::string()> answer) {
  auto [ours, theirs] = socket_pair();
  pid_ = fork_bound();
  if (pid_ == 0) {
    ours.reset();
    answer_for_ever(theirs.get(), answer);
  }
  socket_ = std::move(ours);
}

AnsweringChild::~AnsweringChild() { end_child(pid_); }

std::optional<std::string> AnsweringChild::ask() const {
  if (::send(socket_.get(), "?", 1, MSG_NOSIGNAL) < 0) return std::nullopt;
  return receive(socket_.get());
}

void AnsweringChild::tell() const { (void)::send(socket_.get(), "?", 1, MSG_NOSIGNAL); }

std::string in_child(const std::function<std::string()>& work) {
  auto [ours, theirs] = socket_pair();
  const pid_t pid = fork_bound();
  if (pid == 0) {
    const auto text = text_of_trouble(work).substr(0, kLongestAnswer - 1) + "\n";  // a packet of nothing would be the end
    const auto sent = ::send(theirs.get(), text.data(), text.size(), MSG_NOSIGNAL);
    ::_exit(sent < 0);
  }
  theirs.reset();
  auto text = receive(ours.get()).value_or("it did not answer\n");
  end_child(pid);
  text.pop_back();
  return text;
}

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path ? path : "") + ":" + kSystemFolders);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto file = folder + "/" + name;
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

CommandResult run_command(const std::vector<std::string>& argv, std::chrono::milliseconds limit) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(Blame::machine, errno_text("pipe"));
  Fd out(ends[0]), in(ends[1]);
  const pid_t pid = fork_bound();
  if (pid == 0) execute(argv, in.get());
  in.reset();
  CommandResult result;
  const auto end = std::chrono::steady_clock::now() + limit;
  for (char buffer[4096];;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd ready{out.get(), POLLIN, 0};
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) break;
    const auto got = ::read(out.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    result.output.append(buffer, static_cast<std::size_t>(got));
  }
  out.reset();
  const auto ended = [&](int how) {
    int status = 0;
    if (::waitpid(pid, &status, how) != pid) return false;
    if (WIFEXITED(status)) result.code = WEXITSTATUS(status);
    return true;
  };
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  if (!wait_until([&] { return ended(WNOHANG); }, left)) end_child(pid);
  log_debug(fmt::format("{}: exit {}: {}", fmt::join(argv, " "), result.code, result.output));
  return result;
}

bool wait_until(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  for (const auto end = std::chrono::steady_clock::now() + limit; !done();) {
    if (std::chrono::steady_clock::now() >= end) return false;
    // Nothing wakes us for what /proc and other processes show.
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

std::string errno_text(const std::string& what) { return what + ": " + std::strerror(errno); }

}  // namespace rehearse
