// What this machine lets us do to a network, each found out by trying it on something of our own.
#pragma once

#include <string>
#include <vector>

namespace rehearse {

struct Capability {
  std::string name;
  std::string needs;  // empty: it is there; else "needs X (how it was probed: what that said)"
  std::string probed;  // how
  bool available() const { return needs.empty(); }
};

// signals, prlimit, strace, vdso-clock, mount-namespace, network-namespace, nftables, tun, fail-test. Each is tried when
// it is asked for the first time, which takes some milliseconds. Throws std::out_of_range for any other name.
const Capability& capability(const std::string& name);

// All of them, in that order.
std::vector<Capability> capabilities();

}  // namespace rehearse
