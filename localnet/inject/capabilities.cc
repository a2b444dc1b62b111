#include "localnet/inject/capabilities.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "localnet/inject/clock_skew.h"
#include "localnet/inject/limits.h"
#include "localnet/inject/namespaces.h"
#include "localnet/inject/small_disk.h"
#include "localnet/inject/strace.h"
#include "localnet/inject/throttle.h"
#include "localnet/base/log.h"

namespace rehearse {

namespace {

struct Probe {
  const char* name;
  std::string (*needs)();
  const char* how;
};

constexpr Probe kProbes[] = {
    {"signals", signals_needs, "a child stopped and continued"},
    {"prlimit", limits_needs, "a child's limit lowered, and read back"},
    {"strace", strace_needs, "strace attached to a child"},
    {"vdso-clock", clock_skew_needs, "a child's wall clock put forward by an hour, and back"},
    {"mount-namespace", mount_namespace_needs, "a small tmpfs filled up in a mount namespace"},
    {"network-namespace", network_namespace_needs, "a veth pair in a network namespace"},
    {"nftables", nftables_needs, "a rule with a counter in a network namespace"},
    {"tun", tun_needs, "a TUN device in a network namespace"},
    {"fail-test", [] { return std::string(); }, "nothing to try: CometBFT reads FAIL_TEST_INDEX from its environment"},
};

}  // namespace

const Capability& capability(const std::string& name) {
  static std::map<std::string, Capability> known;
  if (const auto found = known.find(name); found != known.end()) return found->second;
  for (const auto& probe : kProbes)
    if (name == probe.name) {
      const auto& found = known[name] = {name, probe.needs(), probe.how};
      log_info(fmt::format("probe {}, {}: {}", name, probe.how, found.needs.empty() ? "it is there" : found.needs));
      return found;
    }
  throw std::out_of_range("there is no capability `" + name + "`");
}

std::vector<Capability> capabilities() {
  std::vector<Capability> all;
  for (const auto& probe : kProbes) all.push_back(capability(probe.name));
  return all;
}

}  // namespace rehearse
