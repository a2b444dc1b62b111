// What a network is to be: its nodes, the release it starts on, and what of genesis and configuration is not
// the profile's.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "localnet/cosmos/config_files.h"
#include "localnet/profile/model.h"
#include "localnet/cosmos/population.h"
#include "localnet/network/supervisor.h"
#include "localnet/base/template.h"
#include "localnet/base/json.h"

namespace rehearse {

class NetworkNamespaces;  // namespaces.h

struct NodePlan {
  std::string name;
  bool validator = true;
  std::int64_t power = 0;
  std::map<std::string, std::string> environment;
  TomlValues config_toml = {}, app_toml = {};  // beyond the network's
  SupervisorKind supervisor = SupervisorKind::cosmovisor;
  bool active = true;  // false: a validator whose stake is too small for the validator set
};

struct NetworkPlan {
  std::filesystem::path folder;  // of the run
  std::string run_id;
  std::vector<NodePlan> nodes;
  std::chrono::milliseconds restart_after{0};  // see SupervisorSettings
  Pace pace;
  // Each node dials each other one, and the provider daemon its node, through a proxy of its own: see links.h.
  bool links = false;
  // Each node's processes are in its own, the provider daemon is in the hub; null: all are where this process is.
  const NetworkNamespaces* namespaces = nullptr;
  std::string no_namespaces;  // why there are none, for faults that need them
  std::uint64_t seed = 1;  // of the links' jitter
  bool customer = false;   // it has an account with coins and a key beside the validators': see traffic.h
  Population population;
  std::filesystem::path binary;      // the release it starts on
  std::filesystem::path cosmovisor;  // its program
  std::optional<Model> model;        // that it starts with; the profile has a section on it then
  // {voting_period}, {expedited_voting_period} and {inflation}, which the profile's patches name; asked for once the keys are made; may be empty.
  std::function<Values()> genesis_values;
  std::vector<std::pair<std::string, nlohmann::json>> genesis;  // path -> value; wins over the profile's
  TomlValues config_toml, app_toml;                             // beyond the profile's
};

// Runs the loop until `done` or throws: what localnet needs of whoever waits.
using WaitFor = std::function<void(const std::string& what, const std::function<bool()>& done)>;

}  // namespace rehearse
