#include "localnet/proc.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace rehearse {

namespace {

std::optional<std::string> read_proc(int pid, const char* file) {
  std::ifstream in(fmt::format("/proc/{}/{}", pid, file), std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (text.empty()) return std::nullopt;  // it does not exist, or ended between opening and reading
  return text;
}

struct Stat {
  char state;
  int parent;
  int64_t user_ticks, system_ticks, rss_pages;
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
  rest >> stat.state >> stat.parent;  // fields 3 and 4
  skip(9);
  rest >> stat.user_ticks >> stat.system_ticks;  // 14 and 15
  skip(8);
  rest >> stat.rss_pages;  // 24
  if (!rest) return std::nullopt;
  return stat;
}

}  // namespace

std::optional<ProcSample> sample(int pid) {
  std::optional<Stat> stat = read_stat(pid);
  if (!stat) return std::nullopt;
  auto ticks = static_cast<double>(stat->user_ticks + stat->system_ticks);
  return ProcSample{stat->rss_pages * ::sysconf(_SC_PAGESIZE),
                    ticks / static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

std::optional<char> process_state(int pid) {
  std::optional<Stat> stat = read_stat(pid);
  if (!stat) return std::nullopt;
  return stat->state;
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

std::string executable(int pid) {
  std::error_code gone;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), gone).string();
}

std::vector<int> all_processes() {
  std::vector<int> pids;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", unreadable)) {
    std::string name = entry.path().filename();
    int pid = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size()) pids.push_back(pid);
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

}  // namespace rehearse
