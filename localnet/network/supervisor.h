// What runs a node's binary: nothing but us (bare, as an operator without Cosmovisor), or the real Cosmovisor in the
// runbook's layout. A supervisor knows where binaries lie; it does not know why they are changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/process/child.h"

namespace rehearse {

// LimitNOFILE of the runbook's unit: what each node's process gets. RestartSec: a rehearsal's is shorter, where it has one.
inline constexpr std::uint64_t kOpenFiles = 65535;
inline constexpr std::chrono::seconds kRestartDelay{10};

// What Restart=on-failure starts again after: any other end than exit 0 or a signal by which one stops a service.
bool is_failure(const ExitStatus&);

enum class SupervisorKind { bare, cosmovisor };

struct SupervisorSettings {
  SupervisorKind kind = SupervisorKind::bare;
  std::filesystem::path cosmovisor;  // its program
  std::string binary;                // DAEMON_NAME
  std::filesystem::path home;        // DAEMON_HOME and the node's --home
  std::map<std::string, std::string> cosmovisor_environment;  // beyond the runbook's: DAEMON_POLL_INTERVAL, say
  std::chrono::milliseconds restart_after{0};  // RestartSec of Restart=on-failure; 0: what fails stays down
};

// What a line of a supervisor's log says.
struct SupervisorLine {
  std::string started;       // the program of a process that it has started; empty: none
  bool repeats_exit = false; // only that the node's process ended: what the process said itself tells more
};

// This one runs nothing but the binary, which lies in bin/ as it would in /usr/local/bin; Cosmovisor's is in cosmovisor.h.
class Supervisor {
 public:
  explicit Supervisor(SupervisorSettings s) : settings_(std::move(s)) {}
  virtual ~Supervisor() = default;

  // Puts the first binary in its place, and that of an upgrade where the upgrade will take it from.
  void install(const std::filesystem::path& binary);
  void stage(const std::string& plan, const std::filesystem::path& binary);
  // Where stage() puts it.
  virtual std::filesystem::path staged(const std::string& plan) const;
  // The binary that runs now (or would, when started); before there is one, where the first is put.
  virtual std::filesystem::path current() const;
  // Makes the first binary the current one again, where an upgrade has switched by itself.
  virtual void switch_back() {}
  // Sets aside what would make it switch again.
  virtual void forget_upgrade() {}

  // The command line that runs `binary start...`, and the environment of its next start.
  virtual std::vector<std::string> command(const std::vector<std::string>& start) const;
  virtual std::map<std::string, std::string> environment() const { return {}; }

  // What becomes of its process, as its node sees it: an operator starts it (what was before counts no more), it starts,
  // says a line, ends by itself. True of an end after which it is to be started again, whoever asks for it.
  virtual void operated() {}
  virtual void starts() {}
  virtual SupervisorLine says(const std::string&) { return {}; }
  virtual bool ends_in_vain(const ExitStatus&) { return false; }

 protected:
  virtual std::filesystem::path first() const { return current(); }
  SupervisorSettings settings_;
};

// Names of the supervisor's own log lines that tell something, as a profile's log_patterns.
Ordered<std::string> log_patterns(SupervisorKind);

std::unique_ptr<Supervisor> make_supervisor(const SupervisorSettings&);

}  // namespace rehearse
