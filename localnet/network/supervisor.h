// What runs a node's binary: nothing but us (bare, as an operator without Cosmovisor), or the real Cosmovisor in the
// runbook's layout. A supervisor knows where binaries lie; it does not know why they are changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "localnet/process/child.h"
#include "localnet/base/decode.h"

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
  std::map<std::string, std::string> cosmovisor_environment;  // beyond the runbook's, e.g. DAEMON_POLL_INTERVAL
  std::chrono::milliseconds restart_after{0};  // RestartSec of Restart=on-failure; 0: what fails stays down
};

class Supervisor {
 public:
  virtual ~Supervisor() = default;
  // Puts the first binary in its place.
  virtual void install(const std::filesystem::path& binary) = 0;
  // Puts the binary of an upgrade where the upgrade will take it from.
  virtual void stage(const std::string& plan, const std::filesystem::path& binary) = 0;
  // Where stage() puts it.
  virtual std::filesystem::path staged(const std::string& plan) const = 0;
  // Makes the first binary the current one again, where an upgrade has switched by itself.
  virtual void switch_back() = 0;
  // Sets aside what would make it switch again.
  virtual void forget_upgrade() = 0;
  // The command line that runs `binary start...`.
  virtual std::vector<std::string> command(const std::vector<std::string>& start) const = 0;
  virtual std::map<std::string, std::string> environment() const = 0;
  // What is set beside it when it has missed an upgrade that often in a row, so that it does not miss it again.
  virtual std::map<std::string, std::string> after_missing(int times) const = 0;
  // The binary that runs now (or would, when started); before there is one, where the first is put.
  virtual std::filesystem::path current() const = 0;
  // That line of its log only repeats that the node's process ended: what the process said itself tells more.
  virtual bool repeats_exit(const std::string& line) const = 0;
  // That line of its log says that it fell over a file which it had read while the chain wrote it, and the file is whole by
  // now: started again, as the runbook's unit does, it goes on (cosmos.md, "Cosmovisor").
  virtual bool read_too_early(const std::string& line) const = 0;
  // The chain has halted for a release that is not the current one.
  virtual bool upgrade_waits() const = 0;
  // That line of its log says that it has noticed so.
  virtual bool notices_upgrade(const std::string& line) const = 0;
  // What one of its log lines says about the node's process: the program it has started, or empty.
  virtual std::string started_by_line(const std::string& line) const = 0;
};

// Names of the supervisor's own log lines that tell something, as a profile's log_patterns.
Ordered<std::string> log_patterns(SupervisorKind);

std::unique_ptr<Supervisor> make_supervisor(const SupervisorSettings&);

}  // namespace rehearse
