#include "harness/repro/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <sstream>

#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

utsname kernel() {
  utsname u{};
  ::uname(&u);
  return u;
}

// Of the mount that the folder lies below; of several the deepest.
std::string file_system_of(const fs::path& folder) {
  std::istringstream mounts(read_file("/proc/self/mounts"));
  const auto path = fs::weakly_canonical(folder).string() + "/";
  std::string line, best, type;
  while (std::getline(mounts, line)) {
    std::istringstream words(line);
    std::string device, at, kind;
    words >> device >> at >> kind;
    const auto below = at == "/" ? at : at + "/";
    if (path.starts_with(below) && below.size() >= best.size()) best = below, type = kind;
  }
  return type;
}

}  // namespace

std::string architecture() { return kernel().machine; }

nlohmann::json describe_machine(const fs::path& folder) {
  const auto u = kernel();
  auto clock = read_file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  clock.erase(clock.find_last_not_of('\n') + 1);
  const auto pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
  return {{"kernel", std::string(u.sysname) + " " + u.release},
          {"cores", ::sysconf(_SC_NPROCESSORS_ONLN)},
          {"memory_mb", static_cast<std::int64_t>(pages) * page / 1'000'000},
          {"file_system", file_system_of(folder)},
          {"clock_source", clock}};
}

}  // namespace rehearse
