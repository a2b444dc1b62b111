#include "localnet/inject/strace.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "localnet/base/error.h"
#include "localnet/process/probe.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code gone;
  fs::recursive_directory_iterator entry(folder, gone), end;
  for (; !gone && entry != end; entry.increment(gone))
    if (entry->is_regular_file(gone)) files.push_back(entry->path());
  if (files.empty())
    throw Error(Blame::scenario, folder.string() + ": there are no files in it whose system calls could fail");
  std::sort(files.begin(), files.end());
  return files;
}

int tracer_of(int task) { return std::atoi(status_value(task, "TracerPid").value_or("0").c_str()); }

std::string first_line(const std::string& text) { return text.empty() ? "it did not" : text.substr(0, text.find('\n')); }

// One call a line, "(INJECTED)" or "(DELAYED)" at its end; a line that is being written is not counted.
int tampered_with(const std::string& account) {
  int count = 0;
  for (const std::string mark : {" (INJECTED)\n", " (DELAYED)\n"})
    for (auto at = account.find(mark); at != std::string::npos; at = account.find(mark, at + 1)) ++count;
  return count;
}

}  // namespace

namespace {

// As a program has none that is executed by us: in a user namespace of ours (small_disk.h) a mere copy of us has all, and strace,
// being executed, has none to match them.
void drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capset, &header, none) != 0) ::_exit(1);
}

}  // namespace

std::string strace_needs() {
  const auto program = find_program("strace");
  if (program.empty()) return "needs strace (its program: it is in no folder of PATH; Debian package strace)";
  try {
    // It ends once it is traced, and strace with it.
    const AnsweringChild child([ready = false]() mutable -> std::string {
      if (!std::exchange(ready, true)) return drop_capabilities(), "ready";
      wait_until([] { return tracer_of(::getpid()) != 0; }, std::chrono::seconds(5));
      ::_exit(0);
    });
    if (!child.ask()) return "needs ptrace (the child to attach to has ended)";
    child.tell();
    const auto result = run_command({program, "-qq", "-o", "/dev/null", "-p", std::to_string(child.pid())});
    if (result.code == 0) return "";
    return fmt::format("needs ptrace (strace attached to a child: {})", first_line(result.output));
  } catch (const Error& e) {
    return fmt::format("needs ptrace (strace attached to a child: {})", e.what());
  }
}

SyscallFault failing_sync() { return {"fsync,fdatasync", "error=EIO"}; }

SyscallFault slow_sync(std::chrono::microseconds latency) {
  return {"fsync,fdatasync", fmt::format("delay_enter={}", latency.count())};
}

SyscallFault full_disk(const fs::path& folder) {
  return {"write,pwrite64,writev,pwritev,fallocate", "error=ENOSPC", files_below(folder)};
}

SyscallFault read_only_disk(const fs::path& folder) {
  return {"write,pwrite64,writev,pwritev,fallocate,openat,ftruncate", "error=EROFS", files_below(folder)};
}

Strace::Strace(Loop& loop, int pid, const SyscallFault& fault, const fs::path& out,
               const std::map<std::string, std::string>& environment)
    : out_(out), messages_(out.string() + ".messages") {
  const auto program = find_program("strace");
  if (program.empty()) throw Error(Blame::machine, "strace: it is in no folder of PATH; install the Debian package strace");
  const auto process = identify(pid);
  if (!process || !is_alive(*process)) throw Error(Blame::machine, fmt::format("process {}: it has ended", pid));
  if (const int other = tracer_of(pid))
    throw Error(Blame::machine, fmt::format("process {}: process {} traces it already; end that first", pid, other));
  process_ = *process;
  for (const auto& file : {out_, messages_}) std::ofstream(file, std::ios::trunc);
  std::vector<std::string> argv{program, "-f", "-p", std::to_string(pid), "-o", out_, "-e", "signal=none", "-e", "quiet=exit"};
  for (const auto& file : fault.files) argv.insert(argv.end(), {"-P", file});
  argv.insert(argv.end(), {"-e", "trace=" + fault.calls, "-e", "inject=" + fault.calls + ":" + fault.effect});
  strace_ = Child::spawn(loop, {argv, environment, {}, messages_, messages_}, [](ExitStatus) {});
  tracer_ = strace_->pid();
}

bool Strace::attached() const {
  const auto threads = threads_of(process_.pid);
  return strace_->running() && !threads.empty() &&
         std::all_of(threads.begin(), threads.end(), [this](int thread) { return tracer_of(thread) == tracer_; });
}

std::string Strace::trouble() const {
  if (strace_->running() || told_to_end_) return "";
  return fmt::format("strace has ended: {}", said());
}

std::string Strace::said() const {
  // What it says of each thread, there and gone, tells nothing.
  std::istringstream lines(read_file(messages_));
  std::string all;
  for (std::string line; std::getline(lines, line);)
    if (!line.ends_with(" attached") && !line.ends_with(" detached") && line.find(" attached with ") == std::string::npos)
      all += (all.empty() ? "" : "; ") + line;
  return all.empty() ? "without a word" : all;
}

void Strace::undo() {
  told_to_end_ = true;
  if (strace_->running()) strace_->signal_group(SIGINT);
}

int Strace::injected() const { return tampered_with(read_file(out_)); }

Evidence Strace::applied() const {
  const int count = injected();
  const bool traced = is_alive(process_) && tracer_of(process_.pid) == tracer_;
  return {count > 0, fmt::format("process {}: {}, {} calls tampered with", process_.pid,
                                 traced ? fmt::format("traced by strace ({})", tracer_) : "not traced by our strace", count)};
}

Evidence Strace::undone() const {
  if (!is_alive(process_)) return {true, fmt::format("process {} has ended", process_.pid)};
  const int tracer = tracer_of(process_.pid);
  return {tracer == 0 && !strace_->running(),
          fmt::format("process {}: TracerPid {}, strace {}", process_.pid, tracer, strace_->running() ? "runs" : "has ended")};
}

}  // namespace rehearse
