// A child that runs `sleep` with an environment of its own; ended with the object. It closes its pipe's end
// when it has become `sleep`, so there is nothing to wait for afterwards.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace rehearse::made {

class Sleeper {
 public:
  explicit Sleeper(std::vector<std::string> environment) {
    std::vector<char*> variables;
    for (auto& v : environment) variables.push_back(v.data());
    variables.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    pid = ::fork();
    if (pid == 0) {
      const char* arguments[] = {"sleep", "60", nullptr};
      ::execve("/bin/sleep", const_cast<char**>(arguments), variables.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    char byte;
    while (::read(ends[0], &byte, 1) > 0) continue;
    ::close(ends[0]);
  }
  ~Sleeper() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  // The signal that has ended it, 0 while it runs. It stays to be reaped.
  int ended_by() const {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid ? info.si_status : 0;
  }
  pid_t pid;
};

}  // namespace rehearse::made
