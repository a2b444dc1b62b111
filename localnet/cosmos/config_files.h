// The configuration files of one node, rendered whole from a description: to change a node's configuration,
// change the description and render again.
//
//   NodeConfig node{.moniker = "validator-1", .chain_id = "ve-1", .ip = block.at(1), .peers = peers};
//   write(home / "config/config.toml", render_config_toml(node));
#pragma once

#include <map>
#include <string>
#include <vector>

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

struct NodeConfig {
  std::string moniker;
  std::string chain_id;
  std::string ip;  // listens here, on the standard ports
  Pace pace;
  std::vector<Peer> peers;         // whom it dials and accepts always
  std::string minimum_gas_prices;  // "0.0025uve"; some chains have them in consensus: the same on every node
  std::string log_level = "info";
  bool metrics = false;  // Prometheus' endpoint, see metrics.h
  // Dotted key ("mempool.max_tx_bytes", a key without a dot is of the top level) to a TOML literal
  // ("1048576",
  // "\"everything\""). They win over what is rendered anyway.
  std::map<std::string, std::string> config_toml;
  std::map<std::string, std::string> app_toml;
};

// All of these throw Blame::scenario when an override is no key or no one-line literal.
std::string render_config_toml(const NodeConfig& node);
std::string render_app_toml(const NodeConfig& node);

// For the chain's own command line: the keyring "test", and the node itself to ask.
std::string render_client_toml(const NodeConfig& node);

}  // namespace rehearse
