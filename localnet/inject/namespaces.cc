#include "localnet/inject/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <set>

#include "localnet/base/error.h"
#include "localnet/process/probe.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {

std::string first_line(const CommandResult& result) {
  return result.output.empty() ? fmt::format("exit {}", result.code) : result.output.substr(0, result.output.find('\n'));
}

// "" when `work` returns that, or ends without an Error, in a new network namespace.
std::string tried(const std::string& what, const std::string& how, const std::function<std::string()>& work) {
  const auto said = in_child([&] { return ::unshare(CLONE_NEWNET) == 0 ? work() : errno_text("unshare(CLONE_NEWNET)"); });
  return said.empty() ? "" : fmt::format("needs {} ({}: {})", ::geteuid() == 0 ? what : "root", how, said);
}

// This thread's, as a file: the namespace lives while it is open.
Fd open_own_namespace() {
  Fd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!fd) throw Error(Blame::machine, errno_text("/proc/thread-self/ns/net"));
  return fd;
}

Fd new_namespace() {
  if (::unshare(CLONE_NEWNET) != 0) throw Error(Blame::machine, errno_text("unshare(CLONE_NEWNET)"));
  return open_own_namespace();
}

void enter(const Fd& fd) {
  if (::setns(fd.get(), CLONE_NEWNET) != 0) throw Error(Blame::machine, errno_text("setns"));
}

// Addresses of 127/8 are taken for this machine's own unless they are told otherwise: all but one leave `lo`, and devices
// may carry them. Packets may come another way than answers go (TunLink).
std::vector<std::string> basic_commands() {
  for (const auto* devices : {"all", "default"}) {
    std::ofstream(fmt::format("/proc/sys/net/ipv4/conf/{}/route_localnet", devices)) << 1 << std::flush;
    std::ofstream(fmt::format("/proc/sys/net/ipv4/conf/{}/rp_filter", devices)) << 0 << std::flush;
    std::ofstream(fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", devices)) << 1 << std::flush;  // no chatter
  }
  return {"link set lo up", "addr flush dev lo", "addr add 127.0.0.1/32 dev lo"};
}

std::string block_of(const std::string& ip) { return ip.substr(0, ip.rfind('.')); }

// Those of the block that no node has.
std::vector<std::string> addresses_of_hub(const std::map<std::string, std::string>& nodes) {
  std::set<std::string> taken;
  for (const auto& [name, ip] : nodes) {
    if (!ip.starts_with("127.") || block_of(ip) != block_of(nodes.begin()->second))
      throw Error(Blame::scenario, fmt::format("{}: its address {} is not of one block 127.x.y with the others'", name, ip));
    taken.insert(ip);
  }
  std::vector<std::string> rest;
  for (int i = 254; i > 0 && !nodes.empty(); --i)  // the first is what connections come from
    if (const auto ip = fmt::format("{}.{}", block_of(nodes.begin()->second), i); !taken.contains(ip)) rest.push_back(ip);
  return rest;
}

}  // namespace

std::string network_namespace_needs() {
  if (find_program("ip").empty()) return "needs ip (its program: it is in no folder of PATH; Debian package iproute2)";
  return tried("network namespaces", "a bridge and a veth pair in one", [] {
    run_ip({"link add one type bridge", "link add two type veth peer name three", "link set two master one"});
    return std::string();
  });
}

std::string nftables_needs() {
  if (find_program("nft").empty()) return "needs nft (its program: it is in no folder of PATH; Debian package nftables)";
  return tried("nftables", "a rule with a counter in a network namespace", [] {
    run_nft("add table inet probe; add chain inet probe in { type filter hook input priority 0; }; "
            "add rule inet probe in ip saddr 127.0.0.2 numgen random mod 100 < 50 counter drop");
    return std::string();
  });
}

std::string tun_needs() {
  return tried("tun", "a TUN device in a network namespace", [] {
    open_tun("probe");
    return std::string();
  });
}

Fd open_tun(const std::string& device) {
  Fd fd(::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!fd) throw Error(Blame::machine, errno_text("/dev/net/tun"));
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, device.c_str(), sizeof request.ifr_name - 1);
  if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) throw Error(Blame::machine, errno_text("TUNSETIFF"));
  return fd;
}

std::string run_ip(const std::vector<std::string>& commands) {
  const auto program = find_program("ip");
  if (program.empty()) throw Error(Blame::machine, "ip: it is in no folder of PATH; install the Debian package iproute2");
  const Fd fd(::memfd_create("ip", MFD_CLOEXEC));
  std::string text;
  for (const auto& command : commands) text += command + "\n";
  if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw Error(Blame::machine, errno_text("memfd_create"));
  const auto result = run_command({program, "-batch", fmt::format("/proc/{}/fd/{}", ::getpid(), fd.get())});
  if (result.code != 0) throw Error(Blame::machine, "ip: " + first_line(result));
  return result.output;
}

std::string run_nft(const std::string& commands) {
  const auto program = find_program("nft");
  if (program.empty()) throw Error(Blame::machine, "nft: it is in no folder of PATH; install the Debian package nftables");
  const auto result = run_command({program, commands});
  if (result.code != 0) throw Error(Blame::machine, "nft: " + first_line(result));
  return result.output;
}

NetworkNamespaces::NetworkNamespaces(const std::map<std::string, std::string>& nodes) {
  const auto of_hub = addresses_of_hub(nodes);
  before_ = open_own_namespace();
  try {
    hub_ = new_namespace();
    auto commands = basic_commands();
    commands.insert(commands.end(), {"link add hub type bridge", "link set hub up"});
    for (const auto& ip : of_hub) commands.push_back(fmt::format("addr add {}/24 dev hub", ip));
    run_ip(commands);
    int number = 0;
    for (const auto& [name, ip] : nodes) {
      nodes_[name].ip = ip;
      join(name, ++number);
    }
  } catch (...) {
    ::setns(before_.get(), CLONE_NEWNET);
    throw;
  }
}

NetworkNamespaces::~NetworkNamespaces() { ::setns(before_.get(), CLONE_NEWNET); }

void NetworkNamespaces::join(const std::string& name, int number) {
  auto& node = nodes_.at(name);
  node.fd = new_namespace();
  enter(hub_);
  run_ip({fmt::format("link add node{} type veth peer name eth0 netns /proc/{}/fd/{}", number, ::getpid(), node.fd.get()),
          fmt::format("link set node{} master hub up", number)});
  within(name, [&] {
    auto commands = basic_commands();
    commands.insert(commands.end(), {"link set eth0 up", fmt::format("addr add {}/24 dev eth0", node.ip)});
    run_ip(commands);
  });
}

void NetworkNamespaces::within(const std::string& node, const std::function<void()>& work) const {
  struct Back {
    int hub;
    ~Back() { ::setns(hub, CLONE_NEWNET); }
  } const back{hub_.get()};
  enter(nodes_.at(node).fd);
  work();
}

}  // namespace rehearse
