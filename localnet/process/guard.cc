#include "localnet/process/guard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iostream>
#include <set>

#include "localnet/process/address.h"
#include "localnet/base/error.h"
#include "localnet/process/proc.h"
#include "localnet/base/log.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// Kills and reaps until no child is left; orphans below arrive here because this process is their reaper.
// Returns their ids.
std::set<pid_t> end_all_children() {
  std::set<pid_t> ended;
  for (;;) {
    for (const int child : children_of(::getpid())) ::kill(child, SIGKILL);
    const pid_t pid = ::waitpid(-1, nullptr, 0);
    if (pid < 0 && errno == ECHILD) return ended;
    if (pid > 0) ended.insert(pid);
  }
}

// How the inner process ended, and the last signal that was passed on to it.
struct InnerEnd {
  int status = 0, told = 0;
};

InnerEnd wait_for_inner(pid_t inner, const sigset_t& watched) {
  InnerEnd end;
  for (;;) {
    int signal = 0;
    if (::sigwait(&watched, &signal) != 0) continue;
    if (signal != SIGCHLD) {
      ::kill(inner, end.told = signal);
      continue;
    }
    for (pid_t ended; (ended = ::waitpid(-1, &end.status, WNOHANG)) > 0;)
      if (ended == inner) return end;
  }
}

bool lockable(const fs::path& path) {
  const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  return fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
}

Live read_lock(const fs::path& path) {
  std::ifstream in(path);
  Live live;
  std::getline(in, live.run_id);
  std::getline(in, live.folder);
  in >> live.pid;
  return live;
}

std::vector<fs::path> lock_files(const fs::path& dir) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(dir, ignored))
    if (entry.path().extension() == ".run") found.push_back(entry.path());
  return found;
}

// As the lock names it: whole, without the slash that completion leaves at its end; results/latest is a link.
fs::path folder_of(const fs::path& given) {
  const auto whole = fs::weakly_canonical(given);
  return whole.has_filename() ? whole : whole.parent_path();
}

std::string end_run(const fs::path& lock, const Live& run) {
  const int killed = end_processes(run.run_id);
  fs::remove(lock);
  return fmt::format("run {} ({}): {} processes ended", run.run_id, run.folder, killed);
}

// Harnesses that were killed could not give back what they held in the runtime folder. Their runs.
std::vector<Live> give_back_for(const std::set<pid_t>& harnesses) {
  std::vector<Live> runs;
  try {
    const auto dir = runtime_dir();
    for (const auto& path : lock_files(dir))
      if (const auto run = read_lock(path); harnesses.contains(run.pid) && lockable(path)) {
        end_run(path, run);
        runs.push_back(run);
      }
    AddressBlock::remove_stale(dir);
  } catch (const std::exception& e) {
    log_warning(e.what());
  }
  return runs;
}

// What has ended one harness may end this too.
void in_a_process(const std::function<void()>& work) {
  std::cout.flush();
  const pid_t pid = ::fork();
  if (pid == 0) {
    try {
      work();
    } catch (const std::exception& e) {
      std::cerr << "rehearse: " << e.what() << "\n";
    }
    std::cout.flush();
    std::_Exit(0);
  }
  if (pid > 0) ::waitpid(pid, nullptr, 0);
}

}  // namespace

int run_guarded(const std::function<int()>& inner, const AfterCrash& after_crash) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t watched, before;
  sigemptyset(&watched);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&watched, signal);
  ::sigprocmask(SIG_BLOCK, &watched, &before);

  std::cout.flush();
  const pid_t outer = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw Error(Blame::machine, std::string("cannot start a process: ") + std::strerror(errno));
  if (pid == 0) {
    // Out of the terminal's foreground group: Ctrl-C reaches the outer process, which passes it on once.
    ::setpgid(0, 0);
    ::signal(SIGTTOU, SIG_IGN);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (::getppid() != outer) std::_Exit(kHarnessKilled);
    const int code = inner();
    std::cout.flush();
    std::cerr.flush();
    std::_Exit(code);
  }
  const auto [status, told] = wait_for_inner(pid, watched);
  auto ended = end_all_children();
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const std::string how = ::strsignal(WTERMSIG(status));
  log_error(fmt::format("the harness was ended by {}; what it had started is stopped", how));
  ended.insert(pid);
  for (const auto& run : give_back_for(ended))
    if (after_crash && WTERMSIG(status) != told) in_a_process([&] { after_crash(run.folder, {how, run.pid != pid}); });
  // It was asked to end when it could not yet, or no longer, do it by itself.
  return WTERMSIG(status) == told ? 128 + told : kHarnessKilled;
}

RunLock::RunLock(const fs::path& dir, const std::string& run_id, const fs::path& run_folder)
    : path_(dir / (run_id + ".run")), fd_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (!fd_ || ::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0)
    throw Error(Blame::machine, path_.string() + ": cannot be locked: " + std::strerror(errno));
  const auto text = fmt::format("{}\n{}\n{}\n", run_id, run_folder.string(), ::getpid());
  if (::write(fd_.get(), text.data(), text.size()) < 0)
    throw Error(Blame::machine, path_.string() + ": cannot be written: " + std::strerror(errno));
}

RunLock::~RunLock() { ::unlink(path_.c_str()); }

fs::path runtime_dir() {
  const char* xdg = std::getenv("XDG_RUNTIME_DIR");
  const auto base = xdg && fs::is_directory(xdg) ? fs::path(xdg) : fs::temp_directory_path();
  const auto dir = base / fmt::format("rehearse-{}", ::getuid());
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) throw Error(Blame::machine, dir.string() + ": cannot be made: " + error.message());
  return dir;
}

std::vector<Live> live_runs(const fs::path& dir) {
  std::vector<Live> found;
  for (const auto& path : lock_files(dir))
    if (!lockable(path)) found.push_back(read_lock(path));
  return found;
}

// A process may be starting another one while it is killed: repeats until none is left.
std::vector<int> processes_of_run(const std::string& run_id, const std::string& node) {
  auto found = all_processes();
  std::erase_if(found, [&](int pid) {
    return pid == ::getpid() || environment_value(pid, kRunVariable) != run_id ||
           (!node.empty() && environment_value(pid, kNodeVariable) != node);
  });
  return found;
}

namespace {

void await_end(int pid, std::chrono::milliseconds most) {
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return;
  pollfd ended{process.get(), POLLIN, 0};
  ::poll(&ended, 1, static_cast<int>(most.count()));
}

// Whoever was killed a moment ago may still hold its lock: network devices take the kernel seconds.
bool is_free(const fs::path& path, int pid) {
  if (lockable(path)) return true;
  if (!is_ending(pid)) return false;
  await_end(pid, std::chrono::seconds(20));
  return lockable(path);
}

}  // namespace

int end_processes(const std::string& run_id, const std::string& node) {
  int killed = 0;
  for (auto pids = processes_of_run(run_id, node); !pids.empty(); pids = processes_of_run(run_id, node)) {
    for (const int pid : pids) killed += ::kill(pid, SIGKILL) == 0;
    for (const int pid : pids) await_end(pid, std::chrono::seconds(1));
  }
  return killed;
}

CleanedUp clean_up(const fs::path& dir, const std::string& wanted) {
  CleanedUp healed;
  for (const auto& path : lock_files(dir)) {
    const auto run = read_lock(path);
    if (!wanted.empty() && run.run_id != wanted && folder_of(run.folder) != folder_of(wanted))
      continue;
    if (!is_free(path, run.pid)) {
      if (wanted.empty()) continue;
      healed.refused = true;
      healed.done.push_back(fmt::format("run {} is alive (process {}); end that first", run.run_id, run.pid));
      continue;
    }
    healed.done.push_back(end_run(path, run));
    healed.folders.push_back(run.folder);
  }
  AddressBlock::remove_stale(dir);
  return healed;
}

}  // namespace rehearse
