#include "localnet/network/supervisor.h"

#include <signal.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "localnet/artifact/artifact.h"
#include "localnet/base/error.h"
#include "localnet/base/json.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// It reads upgrade-info.json without a lock, while the chain writes it.
constexpr const char* kMisread = "panic: failed to parse upgrade info file: ";
constexpr const char* kBackup = "starting to take backup of data directory";
constexpr const char* kFound = "daemon shutting down in an attempt to restart";

// The binary lies in bin/ as it would in /usr/local/bin.
class Bare : public Supervisor {
 public:
  explicit Bare(SupervisorSettings s) : s_(std::move(s)) {}
  void install(const fs::path& binary) override { link_or_copy(binary, current()); }
  void stage(const std::string& plan, const fs::path& binary) override { link_or_copy(binary, staged(plan)); }
  fs::path staged(const std::string& plan) const override { return s_.home / "bin" / (s_.binary + "-" + plan); }
  void switch_back() override {}
  void forget_upgrade() override {}
  std::vector<std::string> command(const std::vector<std::string>& start) const override {
    std::vector<std::string> argv = {current().string()};
    argv.insert(argv.end(), start.begin(), start.end());
    return argv;
  }
  std::map<std::string, std::string> environment() const override { return {}; }
  std::map<std::string, std::string> after_missing(int) const override { return {}; }
  fs::path current() const override { return s_.home / "bin" / s_.binary; }
  bool repeats_exit(const std::string&) const override { return false; }
  bool read_too_early(const std::string&) const override { return false; }
  bool upgrade_waits() const override { return false; }
  bool notices_upgrade(const std::string&) const override { return false; }
  std::string started_by_line(const std::string&) const override { return ""; }

 private:
  SupervisorSettings s_;
};

class Cosmovisor : public Supervisor {
 public:
  explicit Cosmovisor(SupervisorSettings s) : s_(std::move(s)) {}

  void install(const fs::path& binary) override { link_or_copy(binary, first()); }

  void stage(const std::string& plan, const fs::path& binary) override { link_or_copy(binary, staged(plan)); }

  fs::path staged(const std::string& plan) const override {
    // Cosmovisor lower-cases plan names unless COSMOVISOR_DISABLE_RECASE is set.
    std::string name = plan;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    return root() / "upgrades" / name / "bin" / s_.binary;
  }

  void switch_back() override {
    fs::remove(root() / "current");
    fs::create_directory_symlink(root() / "genesis", root() / "current");
  }

  // Beside the data, where it would be found.
  void forget_upgrade() override {
    if (fs::exists(upgrade_info())) fs::rename(upgrade_info(), s_.home / "upgrade-info.json.set-aside");
  }

  std::vector<std::string> command(const std::vector<std::string>& start) const override {
    std::vector<std::string> argv = {s_.cosmovisor.string(), "run"};
    argv.insert(argv.end(), start.begin(), start.end());
    return argv;
  }

  std::map<std::string, std::string> environment() const override {
    std::map<std::string, std::string> e = {{"DAEMON_NAME", s_.binary},
                                            {"DAEMON_HOME", s_.home.string()},
                                            {"DAEMON_ALLOW_DOWNLOAD_BINARIES", "false"},
                                            {"DAEMON_RESTART_AFTER_UPGRADE", "true"},
                                            {"UNSAFE_SKIP_BACKUP", "false"},
                                            {"COSMOVISOR_COLOR_LOGS", "false"}};
    for (const auto& [k, v] : s_.cosmovisor_environment) e[k] = v;
    return e;
  }

  // It looks for the upgrade every 300 ms, and once more when the node's process ends. Whoever is looking then, which takes
  // as long as the node's `status`, makes that last look find nothing, and the old binary that meets its upgrade height ends
  // after the same time at each start: until it is told to look later, Cosmovisor may miss the upgrade for good (1.5.0: looking
  // every 150, 200 or 250 ms it never switched, every 50, 100, 300 ms or 1 s it did; in public cosmos-sdk#22731, #23676).
  std::map<std::string, std::string> after_missing(int times) const override {
    constexpr int kEvery = 300, kMostTimes = 4;
    return {{"DAEMON_POLL_INTERVAL", std::to_string(kEvery << std::min(times, kMostTimes)) + "ms"}};
  }

  fs::path current() const override {
    const auto link = root() / "current";
    return fs::is_symlink(link) ? link / "bin" / s_.binary : first();
  }

  // "Error: exit status 3", and the same as a log line.
  bool repeats_exit(const std::string& line) const override {
    return line.starts_with("Error: exit status ") ||
           (line.find("error=\"exit status ") != std::string::npos && line.find("module=cosmovisor") != std::string::npos);
  }

  bool read_too_early(const std::string& line) const override {
    return line.starts_with(kMisread) && upgrade_waits();
  }

  bool upgrade_waits() const override {
    std::error_code none;
    if (!fs::is_regular_file(upgrade_info(), none)) return false;
    const auto info = nlohmann::json::parse(std::ifstream(upgrade_info()), nullptr, false);
    const auto name = info.is_object() ? info.find("name") : info.end();
    if (name == info.end() || !name->is_string()) return false;
    return fs::weakly_canonical(staged(name->get<std::string>()), none) != fs::weakly_canonical(current(), none);
  }

  bool notices_upgrade(const std::string& line) const override {
    return line.find(kFound) != std::string::npos || line.find(kBackup) != std::string::npos;
  }

  std::string started_by_line(const std::string& line) const override {
    if (line.find("running app") == std::string::npos || line.find("module=cosmovisor") == std::string::npos)
      return "";
    const auto at = line.find("path=");
    return at == std::string::npos ? s_.binary : line.substr(at + 5, line.find(' ', at) - at - 5);
  }

 private:
  fs::path upgrade_info() const { return s_.home / "data" / "upgrade-info.json"; }
  fs::path root() const { return s_.home / "cosmovisor"; }
  fs::path first() const { return root() / "genesis" / "bin" / s_.binary; }
  SupervisorSettings s_;
};

}  // namespace

bool is_failure(const ExitStatus& s) {
  if (!s.signal) return s.code != 0;
  return s.signal != SIGHUP && s.signal != SIGINT && s.signal != SIGTERM && s.signal != SIGPIPE;
}

Ordered<std::string> log_patterns(SupervisorKind kind) {
  if (kind == SupervisorKind::bare) return {};
  return {{"upgrade-info-misread", std::string(kMisread) + "(.*)"},
          {"backup-begins", kBackup},
          {"upgrade-found", kFound},
          {"download-checksum", R"(Checksums did not match)"},
          {"download-platform", R"(cannot find binary for os/arch: (\S+))"}};
}

std::unique_ptr<Supervisor> make_supervisor(const SupervisorSettings& s) {
  if (s.kind == SupervisorKind::cosmovisor) return std::make_unique<Cosmovisor>(s);
  return std::make_unique<Bare>(s);
}

}  // namespace rehearse
