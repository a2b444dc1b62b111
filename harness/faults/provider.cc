// Faults of the provider daemon and its workloads.
#include "localnet/network/provider_daemon.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "harness/faults/kinds.h"
#include "localnet/http/certificate.h"
#include "localnet/process/guard.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/process/proc.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

class OfProvider : public Fault {
 public:
  OfProvider(Rehearsal& r, const Injection&) : r_(r) {}
  std::string why_unavailable() override { return r_.network().provider() ? "" : "needs a provider daemon: this network has none"; }

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

// Its API cannot be trusted any more, though it answers. A daemon reads its certificate when it starts.
class ExpiredCertificate : public OfProvider {
 public:
  using OfProvider::OfProvider;
  void inject() override {
    for (const auto& file : {certificate(), key()}) kept_[file] = read_file(file);
    const auto& listen = daemon().values().at("listen");
    const auto expired = make_certificate(listen.substr(0, listen.find(':')), -std::chrono::hours(1));
    write_file(certificate(), expired.pem);
    write_secret(key(), expired.key_pem);
    restart();
  }
  std::string applied() override {
    if (!started()) return "";
    return heard_->find("expired") != std::string::npos ? "whoever asks for its health is told: " + *heard_ : "";
  }
  void heal() override {
    write_file(certificate(), kept_.at(certificate()));
    write_secret(key(), kept_.at(key()));
    restart();
  }
  std::string healed() override {
    if (!started() || *heard_ != kWell) return "";
    asking_.reset();
    return "its own certificate is back, and it is well";
  }

 private:
  static constexpr const char* kWell = "well";
  fs::path certificate() { return daemon().home() / r_.profile().provider->certificate; }
  fs::path key() { return daemon().home() / r_.profile().provider->certificate_key; }
  void restart() {
    asking_.reset();
    heard_ = std::make_shared<std::string>();
    daemon().signal(SIGTERM);
    stopping_ = true;
  }
  bool started() {
    if (stopping_ && seen().alive) return false;
    if (std::exchange(stopping_, false)) {
      daemon().start();
      ask();
    }
    return true;
  }
  void ask() {
    asking_ = r_.loop().every(std::chrono::milliseconds(200), [this] {
      questioner_.ask({question::health, kProvider, {}, 0}, daemon().respondent(), [heard = heard_](const Answer& a) { *heard = a.answered ? kWell : a.error; });
    });
  }

  Questioner questioner_{r_.http(), daemon().cli(), r_.profile()};
  std::map<fs::path, std::string> kept_;
  std::shared_ptr<std::string> heard_;
  Loop::Handle asking_;
  bool stopping_ = false;
};

// The operator's command, in the middle.
class KillMigration : public OfProvider {
 public:
  using OfProvider::OfProvider;
  void inject() override { kill(); }
  std::string applied() override {
    if (!killed_) kill();
    return killed_ ? fmt::format("`{}` was killed, process {}", command(), killed_) : "";
  }
  void heal() override {}
  std::string healed() override { return "nothing to heal: what to do with a half migration is its operator's matter"; }

 private:
  const std::string& command() const { return r_.profile().provider->daemon.at("migrate-config").run.front(); }
  void kill() {
    for (const int pid : processes_of_run(r_.network().plan().run_id, kProvider))
      if (read_file("/proc/" + std::to_string(pid) + "/cmdline").find(command()) != std::string::npos && ::kill(pid, SIGKILL) == 0) killed_ = pid;
  }
  int killed_ = 0;
};

}  // namespace

std::vector<FaultKind> provider_kinds() {
  return {
      {"provider-killed", "SIGKILL to the provider daemon", ActsOn::provider, true, {}, {}, make_one<KillDaemon>},
      {"workloads-killed", "SIGKILL to the provider's workloads", ActsOn::provider, false, {}, {}, make_one<KillWorkloads>},
      {"certificate-expired", "the daemon's certificate has expired", ActsOn::provider, true, {}, {}, make_one<ExpiredCertificate>},
      {"migration-killed", "SIGKILL to migrate-config", ActsOn::provider, false, {}, {}, make_one<KillMigration>},
  };
}

}  // namespace rehearse
