#include "localnet/process/proc.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "localnet/base/text.h"
#include "localnet/base/number.h"

namespace rehearse {

namespace {

std::optional<std::string> read_proc(int pid, const char* file) {
  auto text = read_file(fmt::format("/proc/{}/{}", pid, file));
  if (text.empty()) return std::nullopt;  // it does not exist, or ended between opening and reading
  return text;
}

struct Stat {
  char state;
  int parent, group;
  unsigned flags;
  int64_t user_ticks, system_ticks, start_ticks, rss_pages;
};

std::optional<Stat> read_stat(int pid) {
  std::optional<std::string> text = read_proc(pid, "stat");
  if (!text) return std::nullopt;
  // The second field is the program's name in brackets and may hold blanks and brackets itself.
  size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text->substr(name_end + 1));
  Stat stat{};
  std::string skipped;
  auto skip = [&](int fields) {
    while (fields-- > 0) rest >> skipped;
  };
  rest >> stat.state >> stat.parent >> stat.group;  // fields 3 to 5
  skip(3);
  rest >> stat.flags;  // 9
  skip(4);
  rest >> stat.user_ticks >> stat.system_ticks;  // 14 and 15
  skip(6);
  rest >> stat.start_ticks;  // 22
  skip(1);
  rest >> stat.rss_pages;  // 24
  if (!rest) return std::nullopt;
  return stat;
}

// Names of entries that are numbers, in ascending order.
std::vector<int> numbers_in(const std::string& folder) {
  std::vector<int> numbers;
  std::error_code gone;  // a process may end while its threads are read
  std::filesystem::directory_iterator entry(folder, gone), end_of_folder;
  for (; !gone && entry != end_of_folder; entry.increment(gone)) {
    if (const auto number = whole_number<int>(entry->path().filename().string())) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

bool is_ending(int pid) {
  constexpr unsigned kExiting = 0x4;  // PF_EXITING, linux/sched.h
  constexpr unsigned long kKill = 1ul << (SIGKILL - 1);
  const auto stat = read_stat(pid);
  if (!stat || stat->state == 'Z' || stat->state == 'X' || stat->flags & kExiting) return true;
  const auto pending = status_value(pid, "SigPnd"), of_all = status_value(pid, "ShdPnd");
  const auto killed = [&](const auto& mask) { return mask && std::strtoul(mask->c_str(), nullptr, 16) & kKill; };
  return killed(pending) || killed(of_all);
}

namespace {

// schedstat: nanoseconds on a processor, nanoseconds waited for one, turns.
double waited_seconds(int pid) {
  double waited = 0;
  for (const int thread : threads_of(pid)) {
    std::istringstream fields(read_file(fmt::format("/proc/{}/task/{}/schedstat", pid, thread)));
    if (double ran = 0, nanoseconds = 0; fields >> ran >> nanoseconds) waited += nanoseconds / 1e9;
  }
  return waited;
}

}  // namespace

std::optional<ProcSample> sample(int pid) {
  std::optional<Stat> stat = read_stat(pid);
  if (!stat) return std::nullopt;
  const auto open_files = static_cast<int64_t>(numbers_in(fmt::format("/proc/{}/fd", pid)).size());
  auto ticks = static_cast<double>(stat->user_ticks + stat->system_ticks);
  return ProcSample{stat->rss_pages * ::sysconf(_SC_PAGESIZE),
                    ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)), waited_seconds(pid), open_files};
}

std::optional<char> process_state(int pid) {
  std::optional<Stat> stat = read_stat(pid);
  if (!stat) return std::nullopt;
  return stat->state;
}

bool is_stopped(int pid) {
  const auto state = process_state(pid);
  return state == 'T' || state == 't';
}

bool stands_still(int pid) {
  const auto state = process_state(pid).value_or('Z');
  if (state != 'D') return is_stopped(pid) || state == 'Z';
  const auto begun = children_of(pid);
  return std::any_of(begun.begin(), begun.end(), is_stopped);
}

std::vector<int> children_of(int pid, Descent descent) {
  std::multimap<int, int> by_parent;
  for (int other : all_processes()) {
    if (std::optional<Stat> stat = read_stat(other)) by_parent.emplace(stat->parent, other);
  }
  std::vector<int> found, parents{pid};
  while (!parents.empty()) {
    auto [first, last] = by_parent.equal_range(parents.back());
    parents.pop_back();
    for (auto child = first; child != last; ++child) {
      found.push_back(child->second);
      if (descent == Descent::all_descendants) parents.push_back(child->second);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<std::string> environment_value(int pid, std::string_view name) {
  std::optional<std::string> environment = read_proc(pid, "environ");
  if (!environment) return std::nullopt;
  std::string start = fmt::format("{}=", name);
  std::istringstream entries(*environment);
  for (std::string entry; std::getline(entries, entry, '\0');) {
    if (entry.starts_with(start)) return entry.substr(start.size());
  }
  return std::nullopt;
}

std::optional<std::string> status_value(int pid, std::string_view name) {
  std::optional<std::string> status = read_proc(pid, "status");
  if (!status) return std::nullopt;
  std::string start = fmt::format("{}:", name);
  std::istringstream lines(*status);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(start)) continue;
    size_t value = line.find_first_not_of(" \t", start.size());
    return value == std::string::npos ? "" : line.substr(value);
  }
  return std::nullopt;
}

std::vector<int> threads_of(int pid) { return numbers_in(fmt::format("/proc/{}/task", pid)); }

std::vector<int> processes_of_group(int group) {
  std::vector<int> pids = all_processes();
  std::erase_if(pids, [&](int pid) {
    std::optional<Stat> stat = read_stat(pid);
    return !stat || stat->group != group;
  });
  return pids;
}

std::optional<ProcessId> identify(int pid) {
  std::optional<Stat> stat = read_stat(pid);
  if (!stat) return std::nullopt;
  return ProcessId{pid, stat->start_ticks};
}

bool is_alive(const ProcessId& process) {
  std::optional<Stat> stat = read_stat(process.pid);
  return stat && stat->start_ticks == process.started && stat->state != 'Z' && stat->state != 'X';
}

std::string executable(int pid) {
  std::error_code gone;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), gone).string();
}

std::vector<int> all_processes() { return numbers_in("/proc"); }

}  // namespace rehearse
