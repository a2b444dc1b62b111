#include "localnet/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>
#include <functional>

#include "localnet/probe.h"

namespace rehearse {

namespace {

// What the program says when it fails, or "".
std::string trouble_of(const std::vector<std::string>& argv) {
  const auto result = run_command(argv);
  return result.code == 0 ? "" : result.output.empty() ? fmt::format("exit {}", result.code) : result.output.substr(0, result.output.find('\n'));
}

// "" when `work` returns that in a new network namespace.
std::string tried(const std::string& what, const std::string& how, const std::function<std::string()>& work) {
  const auto said = in_child([&] { return ::unshare(CLONE_NEWNET) == 0 ? work() : errno_text("unshare(CLONE_NEWNET)"); });
  return said.empty() ? "" : fmt::format("needs {} ({}: {})", ::geteuid() == 0 ? what : "root", how, said);
}

}  // namespace

std::string network_namespace_needs() {
  const auto ip = find_program("ip");
  if (ip.empty()) return "needs ip (its program: it is in no folder of PATH; Debian package iproute2)";
  return tried("network namespaces", "a veth pair in one", [&] {
    return trouble_of({ip, "link", "add", "one", "type", "veth", "peer", "name", "other"});
  });
}

std::string nftables_needs() {
  const auto nft = find_program("nft");
  if (nft.empty()) return "needs nft (its program: it is in no folder of PATH; Debian package nftables)";
  return tried("nftables", "a rule with a counter in a network namespace", [&] {
    return trouble_of({nft, "add table inet probe; add chain inet probe in { type filter hook input priority 0; }; "
                            "add rule inet probe in ip saddr 127.0.0.2 numgen random mod 100 < 50 counter drop"});
  });
}

std::string tun_needs() {
  return tried("tun", "a TUN device in a network namespace", [] {
    const int fd = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd < 0) return errno_text("/dev/net/tun");
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    std::strncpy(request.ifr_name, "probe0", sizeof request.ifr_name - 1);
    const auto said = ::ioctl(fd, TUNSETIFF, &request) == 0 ? "" : errno_text("TUNSETIFF");
    ::close(fd);
    return said;
  });
}

}  // namespace rehearse
