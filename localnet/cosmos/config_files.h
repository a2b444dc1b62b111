// The configuration files of one node: those that the chain's `init` wrote, with our values set in them. To change a node's
// configuration, change the description and render again.
//
//   NodeConfig node{.moniker = "validator-1", .chain_id = "ve-1", .ip = block.at(1), .peers = peers, .written_by_init = files};
//   write(home / "config/config.toml", render_config_toml(node));
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/base/json.h"
#include "localnet/base/ports.h"

namespace rehearse {

// How fast the consensus goes; Go durations. The defaults give four validators on one machine a block every
// 0.15 s. The last two matter more than timeout_commit.
struct Pace {
  std::string timeout_propose = "500ms";
  std::string timeout_propose_delta = "100ms";
  std::string timeout_prevote = "200ms";
  std::string timeout_prevote_delta = "100ms";
  std::string timeout_precommit = "200ms";
  std::string timeout_precommit_delta = "100ms";
  std::string timeout_commit = "100ms";
  std::string flush_throttle = "10ms";     // p2p.flush_throttle_timeout
  std::string peer_gossip_sleep = "10ms";  // consensus.peer_gossip_sleep_duration
};

// Where a node is dialled: its own address, or a link proxy's.
struct Peer {
  std::string id;
  std::string ip;
  int port = p2p_port;
};

// Texts of configuration files; empty: the chain wrote none.
struct ConfigFiles {
  std::string config_toml, app_toml, client_toml;
};
ConfigFiles read_config_files(const std::filesystem::path& home);

// Dotted key ("mempool.max_tx_bytes"; one without a dot is of the top level) -> value. The chain's file has to have the key;
// the value takes the type that it has there.
using TomlValues = std::map<std::string, Located<nlohmann::json>>;
// Those of `more` win.
void add_values(TomlValues& to, const TomlValues& more);

struct NodeConfig {
  std::string moniker;
  std::string chain_id;
  std::string ip;  // listens here, on the standard ports
  Pace pace;
  std::vector<Peer> peers;         // whom it dials and accepts always
  std::string minimum_gas_prices;  // "0.0025uve"; some chains have them in consensus: the same on every node
  std::string log_level = "info";
  bool metrics = false;  // Prometheus' endpoint, see metrics.h
  TomlValues config_toml, app_toml;  // they win over what is set anyway
  ConfigFiles written_by_init;
};

// These throw Error(Blame::scenario), with its place, for a value that the chain's file has no key for, or of another type.
std::string render_config_toml(const NodeConfig& node);
std::string render_app_toml(const NodeConfig& node);

// For the chain's own command line: the keyring "test", and the node itself to ask.
std::string render_client_toml(const NodeConfig& node);

}  // namespace rehearse
