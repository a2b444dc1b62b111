#include "localnet/process/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>
#include <chrono>
#include <thread>
#include <cstring>
#include <iostream>

#include "localnet/base/error.h"
#include "localnet/process/loop_impl.h"
#include "localnet/base/log.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace process = boost::process::v2;

namespace {

// Runs in the child between fork and exec: only async-signal-safe calls.
struct OwnGroup {
  int in, out, err;
  rlim_t open_files;
  template <class Launcher>
  boost::system::error_code on_exec_setup(Launcher&, const process::filesystem::path&,
                                          const char* const*&) const {
    ::setpgid(0, 0);
    // Bound to the thread that spawns, which is the one that lives as long as the harness.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    rlimit limit{open_files, open_files};
    if (open_files && ::setrlimit(RLIMIT_NOFILE, &limit) != 0 && ::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
      limit.rlim_cur = limit.rlim_max = std::min(limit.rlim_max, open_files);  // only root may have more than that
      ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    return {};
  }
};

Fd open_file(const std::filesystem::path& path, int how = O_WRONLY | O_CREAT | O_APPEND) {
  Fd fd(::open(path.c_str(), how | O_CLOEXEC, 0644));
  if (!fd) throw Error(Blame::machine, path.string() + ": cannot be opened: " + std::strerror(errno));
  return fd;
}

ExitStatus decode_status(int native) {
  if (WIFSIGNALED(native)) return {-1, WTERMSIG(native)};
  return {WEXITSTATUS(native), 0};
}

}  // namespace

std::string to_string(const ExitStatus& s) {
  if (s.signal) return fmt::format("signal {} ({})", s.signal, ::strsignal(s.signal));
  return fmt::format("exit {}", s.code);
}

struct Child::Impl {
  process::process process;
  bool running = true;
  pid_t pid = 0;
  explicit Impl(process::process p) : process(std::move(p)), pid(process.id()) {}
};

Child::Child(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::unique_ptr<Child> Child::spawn(Loop& loop, ChildSpec spec, OnExit on_exit) {
  const auto program = spec.argv.at(0);
  if (::access(program.c_str(), X_OK) != 0)
    throw Error(Blame::machine, program + ": cannot be executed: " + std::strerror(errno), Trouble::does_not_run);
  // A child that fails to exec calls exit(): it would print our buffers again.
  std::cout.flush();
  std::fflush(nullptr);

  std::vector<std::string> arguments(spec.argv.begin() + 1, spec.argv.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : spec.environment) environment.push_back(name + "=" + value);
  const auto directory = spec.directory.empty() ? std::filesystem::current_path() : spec.directory;
  const Fd in = open_file(spec.in.empty() ? "/dev/null" : spec.in, O_RDONLY), out = open_file(spec.out), err = open_file(spec.err);
  boost::system::error_code failed;
  const auto launch = [&] {
    process::default_process_launcher launcher;
    auto started = launcher(boost::asio::any_io_executor(loop.impl().context.get_executor()), failed,
                            process::filesystem::path(program), arguments, process::process_environment(environment),
                            process::process_start_dir(directory.string()), OwnGroup{in.get(), out.get(), err.get(), spec.open_files});
    if (failed && launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);  // nobody else reaps the child that could not exec
    return started;
  };
  auto started = launch();
  // A program that was just written is busy until every child that was forked meanwhile, with the open file, has come to its own exec.
  constexpr std::chrono::milliseconds kAgain{10};
  constexpr int kTries = 200;
  for (int i = 0; i < kTries && failed == boost::system::errc::text_file_busy; ++i) {
    std::this_thread::sleep_for(kAgain);
    failed.clear();
    started = launch();
  }
  if (failed) throw Error(Blame::machine, program + ": cannot be executed: " + failed.message(), Trouble::does_not_run);
  auto child = std::unique_ptr<Child>(new Child(std::make_shared<Impl>(std::move(started))));
  ::setpgid(child->pid(), child->pid());  // here too: a signal to the group must not come too early
  log_info(fmt::format("process {} started: {}", child->pid(), fmt::join(spec.argv, " ")));
  child->impl_->process.async_wait(
      [weak = std::weak_ptr(child->impl_), on_exit = std::move(on_exit)](boost::system::error_code error, int) {
        const auto impl = weak.lock();
        if (error || !impl) return;  // destroyed, maybe after the end was noticed
        impl->running = false;
        const auto status = decode_status(impl->process.native_exit_code());
        log_info(fmt::format("process {} ended: {}", impl->pid, to_string(status)));
        on_exit(status);
      });
  return child;
}

Child::~Child() {
  // What the leader left in its group goes with it (Cosmovisor's node).
  ::kill(-impl_->pid, SIGKILL);
  if (!impl_->running) return;
  log_info(fmt::format("process {} is killed", impl_->pid));
  boost::system::error_code ignored;
  impl_->process.terminate(ignored);
  impl_->process.wait(ignored);
}

int Child::pid() const { return impl_->pid; }
bool Child::running() const { return impl_->running; }
void Child::signal_group(int signal) { ::kill(-impl_->pid, signal); }

}  // namespace rehearse
