#include "localnet/network/supervisor.h"

#include <signal.h>

#include "localnet/artifact/artifact.h"
#include "localnet/network/cosmovisor.h"

namespace rehearse {

namespace fs = std::filesystem;

void Supervisor::install(const fs::path& binary) { link_or_copy(binary, first()); }
void Supervisor::stage(const std::string& plan, const fs::path& binary) { link_or_copy(binary, staged(plan)); }
fs::path Supervisor::staged(const std::string& plan) const { return settings_.home / "bin" / (settings_.binary + "-" + plan); }
fs::path Supervisor::current() const { return settings_.home / "bin" / settings_.binary; }

std::vector<std::string> Supervisor::command(const std::vector<std::string>& start) const {
  std::vector<std::string> argv = {current().string()};
  argv.insert(argv.end(), start.begin(), start.end());
  return argv;
}

bool is_failure(const ExitStatus& s) {
  if (!s.signal) return s.code != 0;
  return s.signal != SIGHUP && s.signal != SIGINT && s.signal != SIGTERM && s.signal != SIGPIPE;
}

Ordered<std::string> log_patterns(SupervisorKind kind) {
  return kind == SupervisorKind::cosmovisor ? Cosmovisor::log_patterns() : Ordered<std::string>{};
}

std::unique_ptr<Supervisor> make_supervisor(const SupervisorSettings& s) {
  if (s.kind == SupervisorKind::cosmovisor) return std::make_unique<Cosmovisor>(s);
  return std::make_unique<Supervisor>(s);
}

}  // namespace rehearse
