// What /proc says of a process: its use of the machine, its children, its environment. Everything is a
// question about a process that may end any moment; the answer is then empty, never an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

struct ProcSample {
  int64_t rss_bytes;
  double cpu_seconds;     // user and system time since it started, without its children's
  // In which its threads, those that still run, could have run and had no processor; 0 where the kernel does not count.
  double waited_seconds;
  int64_t open_files;
};

std::optional<ProcSample> sample(int pid);

// As in proc(5): R running, S sleeping, D disk wait, T stopped, Z zombie, ...
std::optional<char> process_state(int pid);
// By a signal, whether it is traced as well or not.
bool is_stopped(int pid);

// It is gone, a zombie, or was told to end and cannot refuse: the kernel may still be letting go of what it has.
bool is_ending(int pid);

enum class Descent { children, all_descendants };
// In ascending order. Orphans have been given to another parent and are not among them.
std::vector<int> children_of(int pid, Descent descent = Descent::children);

// After SIGSTOP: it runs no instruction more. It is stopped or has ended; or it waits for one that it has begun with vfork to
// run its program (D), and that one was stopped before: neither can go on, and such a wait is not interrupted.
bool stands_still(int pid);

// The value as it was when the process executed its program. Empty too when it belongs to another user.
std::optional<std::string> environment_value(int pid, std::string_view name);

// A value of /proc/PID/status as it stands there: status_value(pid, "VmData") is "1024 kB".
std::optional<std::string> status_value(int pid, std::string_view name);

// Its threads, in ascending order. What is asked of a process may be asked of them as well.
std::vector<int> threads_of(int pid);

// The processes of a process group, in ascending order.
std::vector<int> processes_of_group(int group);

// One process for good: its number may be given to another one once it has ended.
struct ProcessId {
  int pid = 0;
  int64_t started = 0;  // clock ticks since boot
};
std::optional<ProcessId> identify(int pid);
bool is_alive(const ProcessId&);  // neither gone nor a zombie

// Path of the program; " (deleted)" at its end when the file was removed or replaced since. "" when it is
// gone.
std::string executable(int pid);

// All processes of the machine, in ascending order.
std::vector<int> all_processes();

}  // namespace rehearse
