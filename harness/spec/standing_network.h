// A network that somebody else runs, by the addresses of its nodes: what `rehearse verify --network` looks at.
//
//   nodes:
//     - {name: validator-1, rpc: "http://10.0.0.1:26657", rest: "http://10.0.0.1:1317", role: validator, version: v2.0.0}
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "localnet/base/decode.h"

namespace rehearse {

enum class StandingRole { validator, full };
const Ordered<StandingRole>& names(StandingRole);

struct StandingNode {
  std::string name, rpc, rest;  // rpc, rest: http://HOST:PORT, or https; one that was read has another's rest where it has none
  StandingRole role = StandingRole::validator;
  std::string version;          // that it is to run; empty: the network's
};

struct StandingNetwork {
  std::filesystem::path file;
  std::vector<StandingNode> nodes;
  std::string version;            // that all are to run; empty: what most of the power runs
  std::int64_t peers = 1;         // that each node has at least
  double requests = 10;           // the most that each of a node's addresses is asked in a second
  std::string ca;                 // file of the authorities that https nodes are vouched for by; empty: the machine's
};

template <class V>
void describe(V& v, StandingNode& n) {
  v.required("name", n.name, "as reports call it");
  v.required("rpc", n.rpc, "address of its CometBFT RPC");
  v.optional("rest", n.rest, "address of its API; left out: the state is asked for at another node's");
  v.optional("role", n.role, "what it is for");
  v.optional("version", n.version, "that it is to run, where that is not the network's");
}

template <class V>
void describe(V& v, StandingNetwork& n) {
  v.required("nodes", n.nodes, "by their addresses");
  v.optional("version", n.version, "that all are to run; left out: what most of the power runs");
  v.optional("peers", n.peers, "that each node has at least");
  v.optional("requests", n.requests, "the most that each of a node's addresses is asked in a second");
  v.optional("ca", n.ca, "file of the authorities that vouch for https nodes");
}

// Throws Error(Blame::scenario) at the line of what is wrong.
StandingNetwork read_standing_network(const std::filesystem::path& file);

}  // namespace rehearse
