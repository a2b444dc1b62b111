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
  double cpu_seconds;  // user and system time since it started, without its children's
};

std::optional<ProcSample> sample(int pid);

// As in proc(5): R running, S sleeping, D disk wait, T stopped, Z zombie, ...
std::optional<char> process_state(int pid);

enum class Descent { children, all_descendants };
// In ascending order. Orphans have been given to another parent and are not among them.
std::vector<int> children_of(int pid, Descent descent = Descent::children);

// The value as it was when the process executed its program. Empty too when it belongs to another user.
std::optional<std::string> environment_value(int pid, std::string_view name);

// Path of the program; " (deleted)" at its end when the file was removed or replaced since. "" when it is
// gone.
std::string executable(int pid);

// All processes of the machine, in ascending order.
std::vector<int> all_processes();

}  // namespace rehearse
