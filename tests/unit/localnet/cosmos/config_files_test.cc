#include "localnet/cosmos/config_files.h"

#include <gmock/gmock.h>

#include "localnet/base/error.h"

namespace rehearse {
namespace {

NodeConfig two_peers() {
  NodeConfig node;
  node.moniker = "validator-1";
  node.chain_id = "ve-1";
  node.ip = "127.7.1.1";
  node.peers = {{"aa", "127.7.1.2"}, {"bb", "127.7.1.3", 30000}};
  node.minimum_gas_prices = "0.0025uve";
  return node;
}

// The lines of one table, "" for the top level.
std::string table(const std::string& toml, const std::string& name) {
  size_t start = name.empty() ? 0 : toml.find("\n[" + name + "]\n");
  if (start == std::string::npos) return "";
  size_t body = name.empty() ? 0 : start + name.size() + 4;
  return toml.substr(body, toml.find("\n[", body) - body);
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text + "\n").find("\n" + line + "\n") != std::string::npos;
}

TEST(ConfigFiles, ListensOnItsOwnAddress) {
  std::string config = render_config_toml(two_peers());
  EXPECT_TRUE(has_line(table(config, "rpc"), R"(laddr = "tcp://127.7.1.1:26657")"));
  EXPECT_TRUE(has_line(table(config, "rpc"), R"(pprof_laddr = "")"));
  EXPECT_TRUE(has_line(table(config, "p2p"), R"(laddr = "tcp://127.7.1.1:26656")"));
  std::string app = render_app_toml(two_peers());
  EXPECT_TRUE(has_line(table(app, "api"), R"(address = "tcp://127.7.1.1:1317")"));
  EXPECT_TRUE(has_line(table(app, "grpc"), R"(address = "127.7.1.1:9090")"));
  EXPECT_TRUE(has_line(table(app, ""), R"(minimum-gas-prices = "0.0025uve")"));
}

TEST(ConfigFiles, KnowsItsPeers) {
  std::string p2p = table(render_config_toml(two_peers()), "p2p");
  EXPECT_THAT(p2p, testing::HasSubstr(R"(persistent_peers = "aa@127.7.1.2:26656,bb@127.7.1.3:30000,aa@127.7.1.2:26656)"));
  EXPECT_TRUE(has_line(p2p, "pex = false"));
  EXPECT_TRUE(has_line(p2p, R"(unconditional_peer_ids = "aa,bb")"));
}

TEST(ConfigFiles, KnowsThatItHasNoPeers) {
  NodeConfig alone = two_peers();
  alone.peers.clear();
  EXPECT_TRUE(has_line(table(render_config_toml(alone), "p2p"), R"(persistent_peers = "")"));
}

TEST(ConfigFiles, OverridesWinAndMayBeNew) {
  NodeConfig node = two_peers();
  node.config_toml = {
      {"consensus.timeout_commit", "\"1s\""}, {"mempool.max_tx_bytes", "99"}, {"abci", "\"grpc\""}};
  node.app_toml = {{"pruning", "\"everything\""}, {"streaming.abci.plugin", "\"x\""}};
  std::string config = render_config_toml(node);
  EXPECT_TRUE(has_line(table(config, "consensus"), R"(timeout_commit = "1s")"));
  EXPECT_EQ(config.find("\ntimeout_commit = \"100ms\""), std::string::npos);
  EXPECT_TRUE(has_line(table(config, "mempool"), "max_tx_bytes = 99"));
  EXPECT_TRUE(has_line(table(config, ""), R"(abci = "grpc")"));
  EXPECT_TRUE(has_line(table(render_app_toml(node), ""), R"(pruning = "everything")"));
  EXPECT_TRUE(has_line(table(render_app_toml(node), "streaming.abci"), R"(plugin = "x")"));
}

TEST(ConfigFiles, RefusesOverridesThatAreNoToml) {
  for (const auto& [key, literal] : std::map<std::string, std::string>{
           {"", "1"}, {"a..b", "1"}, {".a", "1"}, {"a b", "1"}, {"a", ""}, {"b", "1\n[p2p]"}}) {
    NodeConfig node = two_peers();
    node.config_toml = {{key, literal}};
    EXPECT_THROW(render_config_toml(node), Error) << key;
  }
}

TEST(ConfigFiles, QuotesText) {
  NodeConfig node = two_peers();
  node.moniker = "a \"quoted\" \\ name";
  EXPECT_TRUE(has_line(table(render_config_toml(node), ""), R"(moniker = "a \"quoted\" \\ name")"));
}

TEST(ConfigFiles, ClientSpeaksToItsNode) {
  std::string client = render_client_toml(two_peers());
  EXPECT_TRUE(has_line(client, R"(chain-id = "ve-1")"));
  EXPECT_TRUE(has_line(client, R"(keyring-backend = "test")"));
  EXPECT_TRUE(has_line(client, R"(node = "tcp://127.7.1.1:26657")"));
}

}  // namespace
}  // namespace rehearse
