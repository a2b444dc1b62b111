#include "localnet/network/cosmovisor.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include "localnet/base/json.h"
#include "localnet/profile/patterns.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// It reads upgrade-info.json without a lock, while the chain writes it.
constexpr const char* kMisread = "panic: failed to parse upgrade info file: ";
constexpr const char* kDownloads = "DAEMON_ALLOW_DOWNLOAD_BINARIES";
constexpr const char* kBackup = "starting to take backup of data directory";
constexpr const char* kFound = "daemon shutting down in an attempt to restart";

bool contains(const std::string& line, const char* text) { return line.find(text) != std::string::npos; }

// "Error: exit status 3", and the same as a log line.
bool repeats_exit(const std::string& line) {
  return line.starts_with("Error: exit status ") || (contains(line, "error=\"exit status ") && contains(line, "module=cosmovisor"));
}

// Longer with each time that it has missed the upgrade.
std::string poll_interval(int missed) {
  constexpr int kDefaultMs = 300, kMostDoublings = 4;
  return std::to_string(kDefaultMs << std::min(missed, kMostDoublings)) + "ms";
}

}  // namespace

fs::path Cosmovisor::staged(const std::string& plan) const {
  std::string name = plan;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return root() / "upgrades" / name / "bin" / settings_.binary;
}

fs::path Cosmovisor::current() const {
  const auto link = root() / "current";
  return fs::is_symlink(link) ? link / "bin" / settings_.binary : first();
}

void Cosmovisor::switch_back() {
  fs::remove(root() / "current");
  fs::create_directory_symlink(root() / "genesis", root() / "current");
}

// Out of the data folder, where it would be found.
void Cosmovisor::forget_upgrade() {
  if (fs::exists(upgrade_info())) fs::rename(upgrade_info(), settings_.home / "upgrade-info.json.set-aside");
}

std::vector<std::string> Cosmovisor::command(const std::vector<std::string>& start) const {
  std::vector<std::string> argv = {settings_.cosmovisor.string(), "run"};
  argv.insert(argv.end(), start.begin(), start.end());
  return argv;
}

std::map<std::string, std::string> Cosmovisor::environment() const {
  std::map<std::string, std::string> e = {{"DAEMON_NAME", settings_.binary},
                                          {"DAEMON_HOME", settings_.home.string()},
                                          {kDownloads, "false"},
                                          {"DAEMON_RESTART_AFTER_UPGRADE", "true"},
                                          {"UNSAFE_SKIP_BACKUP", "false"},
                                          {"COSMOVISOR_COLOR_LOGS", "false"}};
  for (const auto& [k, v] : settings_.cosmovisor_environment) e[k] = v;
  if (missed_) e["DAEMON_POLL_INTERVAL"] = poll_interval(missed_);
  return e;
}

SupervisorLine Cosmovisor::says(const std::string& line) {
  if (contains(line, kFound) || contains(line, kBackup)) noticed_ = true;
  if (line.starts_with(kMisread)) misread_ = true;
  return {started_by(line), repeats_exit(line)};
}

bool Cosmovisor::ends_in_vain(const ExitStatus& status) {
  const bool missed = !noticed_ && !status.signal && upgrade_waits();  // by a signal: somebody else has ended it
  missed_ = missed ? missed_ + 1 : 0;
  return missed;
}

bool Cosmovisor::upgrade_waits() const {
  std::error_code none;
  if (!fs::is_regular_file(upgrade_info(), none)) return false;
  const auto info = nlohmann::json::parse(std::ifstream(upgrade_info()), nullptr, false);
  const auto name = info.is_object() ? info.find("name") : info.end();
  if (name == info.end() || !name->is_string()) return false;
  const auto next = staged(name->get<std::string>());
  const bool can_be_there = misread_ || environment().at(kDownloads) == "true" || fs::exists(next, none);
  return can_be_there && fs::weakly_canonical(next, none) != fs::weakly_canonical(current(), none);
}

Ordered<std::string> Cosmovisor::log_patterns() {
  return {{name_of(Pattern::upgrade_info_misread), std::string(kMisread) + "(.*)"},
          {name_of(Pattern::backup_begins), kBackup},
          {name_of(Pattern::upgrade_found), kFound},
          {name_of(Pattern::download_checksum), R"(Checksums did not match)"},
          {name_of(Pattern::download_platform), R"(cannot find binary for os/arch: (\S+))"}};
}

std::string Cosmovisor::started_by(const std::string& line) const {
  if (!contains(line, "running app") || !contains(line, "module=cosmovisor")) return "";
  const auto at = line.find("path=");
  return at == std::string::npos ? settings_.binary : line.substr(at + 5, line.find(' ', at) - at - 5);
}

}  // namespace rehearse
