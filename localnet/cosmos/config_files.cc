#include "localnet/cosmos/config_files.h"

#include <fmt/format.h>

#include "localnet/base/error.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/toml_text.h"

namespace rehearse {

namespace {

void set_all(TomlText& toml, const TomlValues& values) {
  for (const auto& [dotted, given] : values) {
    auto value = given.value;
    // A TOML literal within a text, as scenarios had it before.
    if (value.is_string())
      if (const auto literal = nlohmann::json::parse(value.get<std::string>(), nullptr, false); literal.is_string()) value = literal;
    if (const auto wrong = toml.replace(dotted, value); !wrong.empty())
      throw Error(Blame::scenario, given.where.empty() ? wrong : given.where + ": " + wrong);
  }
}

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

void set_pace(TomlText& toml, const Pace& pace) {
  toml.set("consensus.timeout_propose", pace.timeout_propose);
  toml.set("consensus.timeout_propose_delta", pace.timeout_propose_delta);
  toml.set("consensus.timeout_prevote", pace.timeout_prevote);
  toml.set("consensus.timeout_prevote_delta", pace.timeout_prevote_delta);
  toml.set("consensus.timeout_precommit", pace.timeout_precommit);
  toml.set("consensus.timeout_precommit_delta", pace.timeout_precommit_delta);
  toml.set("consensus.timeout_commit", pace.timeout_commit);
  toml.set("consensus.peer_gossip_sleep_duration", pace.peer_gossip_sleep);
  toml.set("p2p.flush_throttle_timeout", pace.flush_throttle);
}

}  // namespace

ConfigFiles read_config_files(const std::filesystem::path& home) {
  const auto text = [&home](const char* name) {
    const auto file = home / "config" / name;
    return std::filesystem::exists(file) ? read_file(file) : "";
  };
  return {text("config.toml"), text("app.toml"), text("client.toml")};
}

void add_values(TomlValues& to, const TomlValues& more) {
  for (const auto& [key, value] : more) to[key] = value;
}

std::string render_config_toml(const NodeConfig& node) {
  TomlText toml(node.written_by_init.config_toml, "config.toml");
  toml.set("moniker", node.moniker);
  toml.set("log_level", node.log_level);
  toml.set("log_no_color", true);  // a flag of the SDK's root command, read from here too

  toml.set("rpc.laddr", rpc_address(node.ip));
  toml.set("rpc.pprof_laddr", at_port(node.ip, pprof_port));  // a node that makes no block is asked where it stands

  toml.set("p2p.laddr", tcp(node.ip, p2p_port));
  toml.set("p2p.persistent_peers", dial_strings(node.peers));
  toml.set("p2p.unconditional_peer_ids", ids_of(node.peers));
  toml.set("p2p.pex", false);  // addresses are not gossiped, so nobody dials past a link proxy
  toml.set("p2p.addr_book_strict", false);
  toml.set("p2p.allow_duplicate_ip", true);  // whoever dials in appears as 127.0.0.1

  set_pace(toml, node.pace);

  toml.set("tx_index.indexer", "kv");
  toml.set("instrumentation.prometheus", node.metrics);
  toml.set("instrumentation.prometheus_listen_addr", at_port(node.ip, metrics_port));
  set_all(toml, node.config_toml);
  return toml.text();
}

std::string render_app_toml(const NodeConfig& node) {
  TomlText toml(node.written_by_init.app_toml, "app.toml");
  toml.set("minimum-gas-prices", node.minimum_gas_prices);
  toml.set("api.enable", true);
  toml.set("api.address", tcp(node.ip, rest_port));
  toml.set("grpc.enable", true);
  toml.set("grpc.address", at_port(node.ip, grpc_port));
  toml.set("grpc-web.enable", false);
  set_all(toml, node.app_toml);
  return toml.text();
}

std::string render_client_toml(const NodeConfig& node) {
  TomlText toml(node.written_by_init.client_toml, "client.toml");
  toml.set("chain-id", node.chain_id);
  toml.set("keyring-backend", "test");
  toml.set("output", "json");
  toml.set("node", rpc_address(node.ip));
  toml.set("broadcast-mode", "sync");
  return toml.text();
}

}  // namespace rehearse
