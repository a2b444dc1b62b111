// What a run is told from outside: by the command line, or by a test.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/engine/caps.h"
#include "harness/record/event.h"
#include "harness/spec/scenario.h"
#include "localnet/base/log.h"

namespace rehearse {

const Ordered<LogLevel>& names(LogLevel);
enum class Keep { never, on_failure, always };  // the nodes' data folders and binaries
const Ordered<Keep>& names(Keep);

struct RunOptions {
  std::filesystem::path scenario, profile;
  std::filesystem::path profiles;    // of the project, which others extend; empty: where the profile is
  std::filesystem::path attest;      // YAML: attestations beyond the scenario's; empty: none
  std::string expect;                // instead of the scenario's; empty: that
  bool one_release = false;          // `from` and `to` are the same: the network is held and nothing upgraded
  std::string from, patch, failing, to;  // instead of the scenario's or the profile's; see kReleaseFlags
  std::filesystem::path folder;      // must not exist, or be empty
  std::filesystem::path built;       // where fixture releases are: <name>/<archive>
  // Builds a release of the manifest that is not there yet; empty: all are.
  std::function<void(const std::filesystem::path& manifest, const std::string& release)> build_release;
  std::filesystem::path store;       // of verified binaries
  std::filesystem::path results;     // where earlier runs are; empty: none are known
  std::filesystem::path cosmovisor;  // its program
  std::filesystem::path models;      // where fixture models are, with SHA256SUMS
  std::filesystem::path keras;       // a Python that may have Keras; empty: none is known
  std::uint64_t seed = 1;
  std::filesystem::path schedule;    // of faults, as another run wrote it; empty: planned from the scenario and the seed
  std::optional<int> validators;
  std::optional<NetworkBackend> backend;  // instead of the scenario's
  std::vector<std::pair<std::string, record::Json>> genesis;  // dotted path -> value, beyond the profile's
  std::chrono::seconds timeout{300};
  Caps caps;
  std::filesystem::path checkpoints; // of runs that may share their past (shared_past.h): one is left there, or begun from; empty: neither
  std::filesystem::path begin_from;  // a checkpoint; empty: one of those, or nothing
  std::string break_at;              // the phase at which the run is held; empty: none
  Keep keep = Keep::on_failure;
  LogLevel log_level = LogLevel::info;  // of harness.log
  record::Micros invoked = 0;  // when the user's command started
  std::string command;         // that gives this run again
  std::string harness_version;
};

// What `--release ROLE=...` takes, in the order in which a run comes to them.
inline constexpr std::pair<const char*, std::string RunOptions::*> kReleaseFlags[] = {
    {"from", &RunOptions::from}, {"patch", &RunOptions::patch}, {"failing", &RunOptions::failing}, {"to", &RunOptions::to}};
// Null: there is no such role.
inline std::string RunOptions::*release_flag(std::string_view role) {
  for (const auto& [name, option] : kReleaseFlags)
    if (role == name) return option;
  return nullptr;
}

}  // namespace rehearse
