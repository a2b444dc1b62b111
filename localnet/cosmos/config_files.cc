#include "localnet/cosmos/config_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "localnet/base/error.h"
#include "localnet/base/json.h"

namespace rehearse {

namespace {

// A TOML basic string. JSON's escapes are a part of TOML's.
std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

// Dotted keys to literals, written out as tables. "" is the table of the top level, which has to come first.
class Toml {
 public:
  void set(const std::string& dotted, const std::string& literal) {
    size_t dot = dotted.rfind('.');
    if (dot == std::string::npos) {
      tables_[""][dotted] = literal;
    } else {
      tables_[dotted.substr(0, dot)][dotted.substr(dot + 1)] = literal;
    }
  }
  void text(const std::string& dotted, const std::string& value) { set(dotted, quoted(value)); }

  void override_with(const std::map<std::string, std::string>& overrides, const char* file) {
    for (const auto& [dotted, literal] : overrides) {
      if (!is_key(dotted)) {
        throw Error(Blame::scenario, fmt::format("{}: '{}' is not a dotted key", file, dotted));
      }
      if (literal.empty() || literal.find_first_of("\r\n") != std::string::npos) {
        throw Error(Blame::scenario,
                    fmt::format("{}: {} = '{}' is not a TOML value on one line", file, dotted, literal));
      }
      set(dotted, literal);
    }
  }

  std::string str() const {
    std::string out = "# Rendered by rehearse; it is written again, not edited.\n";
    for (const auto& [table, keys] : tables_) {
      if (!table.empty()) out += fmt::format("\n[{}]\n", table);
      for (const auto& [key, literal] : keys) out += fmt::format("{} = {}\n", key, literal);
    }
    return out;
  }

 private:
  static bool is_key(const std::string& dotted) {
    auto bare = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; };
    return !dotted.empty() && dotted.front() != '.' && dotted.back() != '.' &&
           dotted.find("..") == std::string::npos && std::all_of(dotted.begin(), dotted.end(), bare);
  }

  std::map<std::string, std::map<std::string, std::string>> tables_;
};

std::string at_port(const std::string& ip, int port) { return fmt::format("{}:{}", ip, port); }

std::string tcp(const std::string& ip, int port) { return "tcp://" + at_port(ip, port); }

std::string ids_of(const std::vector<Peer>& peers) {
  std::vector<std::string> ids;
  for (const Peer& peer : peers) ids.push_back(peer.id);
  return fmt::format("{}", fmt::join(ids, ","));
}

// CometBFT dials each entry after a random 0-3 s of its own, and passes over one whose peer it has by then: of several entries
// for one peer the earliest counts. (A ready address book is dialled at once, but by a reactor that may start before the
// consensus reactor does: to such a peer a node never sends a vote.)
std::string dial_strings(const std::vector<Peer>& peers) {
  constexpr std::size_t kEntries = 48;  // the first peer after 60 ms on average
  std::vector<std::string> all;
  while (!peers.empty() && all.size() < kEntries)
    for (const Peer& peer : peers) all.push_back(fmt::format("{}@{}", peer.id, at_port(peer.ip, peer.port)));
  return fmt::format("{}", fmt::join(all, ","));
}

void set_pace(Toml& toml, const Pace& pace) {
  toml.text("consensus.timeout_propose", pace.timeout_propose);
  toml.text("consensus.timeout_propose_delta", pace.timeout_propose_delta);
  toml.text("consensus.timeout_prevote", pace.timeout_prevote);
  toml.text("consensus.timeout_prevote_delta", pace.timeout_prevote_delta);
  toml.text("consensus.timeout_precommit", pace.timeout_precommit);
  toml.text("consensus.timeout_precommit_delta", pace.timeout_precommit_delta);
  toml.text("consensus.timeout_commit", pace.timeout_commit);
  toml.text("consensus.peer_gossip_sleep_duration", pace.peer_gossip_sleep);
  toml.text("p2p.flush_throttle_timeout", pace.flush_throttle);
}

}  // namespace


std::string render_config_toml(const NodeConfig& node) {
  Toml toml;
  toml.text("moniker", node.moniker);
  toml.text("log_level", node.log_level);
  toml.text("log_format", "plain");
  toml.set("log_no_color", "true");  // a flag of the SDK's root command, read from here too

  toml.text("rpc.laddr", rpc_address(node.ip));
  toml.text("rpc.pprof_laddr", "");  // every node would take localhost:6060
  toml.set("rpc.unsafe", "false");

  toml.text("p2p.laddr", tcp(node.ip, p2p_port));
  toml.text("p2p.persistent_peers", dial_strings(node.peers));
  toml.text("p2p.unconditional_peer_ids", ids_of(node.peers));
  toml.set("p2p.pex", "false");  // addresses are not gossiped, so nobody dials past a link proxy
  toml.set("p2p.addr_book_strict", "false");
  toml.set("p2p.allow_duplicate_ip", "true");  // whoever dials in appears as 127.0.0.1

  toml.set("consensus.create_empty_blocks", "true");
  set_pace(toml, node.pace);

  toml.set("statesync.enable", "false");
  toml.text("tx_index.indexer", "kv");
  toml.set("instrumentation.prometheus", node.metrics ? "true" : "false");
  toml.text("instrumentation.prometheus_listen_addr", at_port(node.ip, metrics_port));
  toml.override_with(node.config_toml, "config.toml");
  return toml.str();
}

// A key that is missing here is zero to the SDK, not its default: so what matters is written out.
std::string render_app_toml(const NodeConfig& node) {
  Toml toml;
  toml.text("minimum-gas-prices", node.minimum_gas_prices);
  toml.text("query-gas-limit", "0");
  toml.text("pruning", "default");
  toml.text("pruning-keep-recent", "0");
  toml.text("pruning-interval", "0");
  toml.set("halt-height", "0");
  toml.set("halt-time", "0");
  toml.set("min-retain-blocks", "0");
  toml.set("inter-block-cache", "true");
  toml.set("index-events", "[]");
  toml.set("iavl-cache-size", "781250");
  toml.set("iavl-disable-fastnode", "false");
  toml.text("app-db-backend", "");

  toml.set("telemetry.enabled", "false");
  toml.set("api.enable", "true");
  toml.set("api.swagger", "false");
  toml.text("api.address", tcp(node.ip, rest_port));
  toml.set("api.max-open-connections", "1000");
  toml.set("api.rpc-read-timeout", "10");
  toml.set("api.rpc-write-timeout", "0");
  toml.set("api.rpc-max-body-bytes", "1000000");
  toml.set("api.enabled-unsafe-cors", "false");
  toml.set("grpc.enable", "true");
  toml.text("grpc.address", at_port(node.ip, grpc_port));
  toml.text("grpc.max-recv-msg-size", "10485760");
  toml.text("grpc.max-send-msg-size", "2147483647");
  toml.set("grpc-web.enable", "false");
  toml.set("state-sync.snapshot-interval", "0");
  toml.set("state-sync.snapshot-keep-recent", "2");
  toml.set("mempool.max-txs", "-1");
  toml.override_with(node.app_toml, "app.toml");
  return toml.str();
}

std::string render_client_toml(const NodeConfig& node) {
  Toml toml;
  toml.text("chain-id", node.chain_id);
  toml.text("keyring-backend", "test");
  toml.text("output", "json");
  toml.text("node", rpc_address(node.ip));
  toml.text("broadcast-mode", "sync");
  return toml.str();
}

}  // namespace rehearse
