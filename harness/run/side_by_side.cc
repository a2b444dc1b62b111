#include "harness/run/side_by_side.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <map>
#include <sstream>

#include "localnet/base/error.h"
#include "localnet/process/guard.h"

namespace rehearse {

namespace {

// For as long as the jobs are waited for, signals are taken one by one and interrupt nothing.
class Blocked {
 public:
  Blocked() {
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, &before);
  }
  ~Blocked() { ::sigprocmask(SIG_SETMASK, &before, nullptr); }
  Blocked(const Blocked&) = delete;
  sigset_t signals, before;
};

pid_t start(const Job& job, const sigset_t& mask) {
  if (!job.output.empty()) std::filesystem::create_directories(job.output.parent_path());
  std::cout.flush();
  const pid_t parent = ::getpid(), pid = ::fork();
  if (pid < 0) throw Error(Blame::machine, std::string("cannot start a process: ") + std::strerror(errno));
  if (pid > 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (!job.output.empty()) {
    const int out = ::open(job.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) std::_Exit(kHarnessKilled);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::close(out);
  }
  if (::getppid() != parent) std::_Exit(kHarnessKilled);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  std::_Exit(run_guarded(job.work, job.after_crash));
}

// What guards a job tells how it ended; when it was killed itself, nobody does.
int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : kHarnessKilled; }

}  // namespace

int run_side_by_side(const std::function<std::optional<Job>()>& next, int at_once, const std::function<void(std::size_t, int)>& ended) {
  const Blocked blocked;
  std::map<pid_t, std::size_t> running;
  std::size_t begun = 0;
  int stopped = 0;
  bool more = true;
  for (;;) {
    while (more && !stopped && running.size() < static_cast<std::size_t>(at_once)) {
      const auto job = next();
      more = job.has_value();
      if (job) running[start(*job, blocked.before)] = begun++;
    }
    if (running.empty()) return stopped;
    int signal = 0;
    if (::sigwait(&blocked.signals, &signal) != 0) continue;
    if (signal != SIGCHLD) {
      stopped = signal;
      for (const auto& [pid, job] : running) ::kill(pid, signal);
      continue;
    }
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;)
      if (const auto job = running.extract(pid)) ended(job.mapped(), exit_code(status));
  }
}

int run_side_by_side(const std::vector<Job>& jobs, int at_once, const std::function<void(std::size_t, int)>& ended) {
  std::size_t i = 0;
  return run_side_by_side([&] { return i < jobs.size() ? std::optional(jobs[i++]) : std::nullopt; }, at_once, ended);
}

int bearable(long processors, std::uint64_t available_bytes, std::size_t nodes) {
  constexpr std::uint64_t kOfANode = 250'000'000;  // the resident size of a chain's process, Cosmovisor, its part of the rest
  const auto fit = static_cast<long>(available_bytes / (kOfANode * std::max<std::size_t>(nodes, 1)));
  return static_cast<int>(std::max(1L, std::min(processors, fit)));
}

std::uint64_t available_memory(const std::string& meminfo) {
  std::istringstream in(meminfo);
  std::string name;
  for (std::uint64_t kilobytes = 0; in >> name >> kilobytes; in.ignore(80, '\n'))
    if (name == "MemAvailable:") return kilobytes * 1024;
  return 0;
}

}  // namespace rehearse
