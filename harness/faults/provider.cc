// Faults of the provider daemon and its workloads.
#include "localnet/provider_daemon.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "harness/faults/kinds.h"
#include "localnet/guard.h"
#include "localnet/proc.h"

namespace rehearse {

namespace {

class OfProvider : public Fault {
 public:
  OfProvider(Rehearsal& r, const Injection&) : r_(r) {}
  std::string lacks() override { return r_.network().provider() ? "" : "needs a provider daemon: this network has none"; }

 protected:
  ProviderDaemon& daemon() { return *r_.network().provider(); }
  const NodeView& seen() const { return r_.view().provider; }
  // Everything of it but the daemon and what its operator runs.
  std::vector<int> workloads() {
    auto pids = processes_of_run(r_.network().plan().run_id, kProvider);
    std::erase_if(pids, [&](int pid) {
      const auto program = std::filesystem::path(executable(pid)).filename().string();
      return program == daemon().program().filename() || program == r_.profile().chain.binary;
    });
    return pids;
  }
  Rehearsal& r_;
};

// The daemon alone; its service manager starts it again.
class KillDaemon : public OfProvider {
 public:
  using OfProvider::OfProvider;
  void inject() override {
    ends_ = seen().ends.size();
    daemon().signal(SIGKILL);
  }
  std::string applied() override {
    return seen().ends.size() > ends_ ? fmt::format("the daemon has ended, {} workloads run on without it", workloads().size()) : "";
  }
  void heal() override { daemon().start(); }
  std::string healed() override { return seen().alive ? "the daemon runs" : ""; }

 private:
  std::size_t ends_ = 0;
};

class KillWorkloads : public OfProvider {
 public:
  using OfProvider::OfProvider;
  void inject() override {
    killed_ = workloads();
    for (const int pid : killed_) ::kill(pid, SIGKILL);
  }
  std::string applied() override {
    if (killed_.empty()) throw Error(Blame::machine, "the provider has no workloads");
    return std::none_of(killed_.begin(), killed_.end(), [](int pid) { const auto s = process_state(pid); return s && *s != 'Z'; })
               ? fmt::format("{} workloads have ended", killed_.size()) : "";
  }
  void heal() override {}
  std::string healed() override { return "nothing to heal: what to start again is the daemon's matter"; }

 private:
  std::vector<int> killed_;
};

}  // namespace

std::vector<FaultKind> provider_kinds() {
  return {
      {"provider-killed", "SIGKILL to the provider daemon", ActsOn::provider, true, {}, {}, make_one<KillDaemon>},
      {"workloads-killed", "SIGKILL to the provider's workloads", ActsOn::provider, false, {}, {}, make_one<KillWorkloads>},
  };
}

}  // namespace rehearse
