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
  EXPECT_TRUE(has_line(table(config, "rpc"), R"(pprof_laddr = "127.7.1.1:6060")"));
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

TEST(ConfigFiles, KeepsWhatTheChainWrote) {
  NodeConfig node = two_peers();
  node.written_by_init.config_toml = "# of the chain\ngenesis_file = \"config/genesis.json\"\n\n[rpc]\n# where it listens\nladdr = \"\"\n";
  const auto config = render_config_toml(node);
  EXPECT_TRUE(has_line(config, "# of the chain"));
  EXPECT_TRUE(has_line(config, "genesis_file = \"config/genesis.json\""));
  EXPECT_THAT(config, testing::HasSubstr("# where it listens\nladdr = \"tcp://127.7.1.1:26657\"\n"));
}

TEST(ConfigFiles, ValuesWinAndTakeTheTypeOfTheFile) {
  NodeConfig node = two_peers();
  node.written_by_init = {"log_format = \"plain\"\n[mempool]\nmax_tx_bytes = 1048576\n[consensus]\ntimeout_commit = \"5s\"\n",
                          "pruning = \"default\"\n[state-sync]\nsnapshot-interval = 0\n", ""};
  node.config_toml = {{"log_format", {"json", ""}}, {"mempool.max_tx_bytes", {"99", ""}}, {"consensus.timeout_commit", {"\"1s\"", ""}}};
  node.app_toml = {{"pruning", {"everything", ""}}, {"state-sync.snapshot-interval", {5, ""}}};
  const auto config = render_config_toml(node);
  EXPECT_TRUE(has_line(table(config, ""), R"(log_format = "json")"));
  EXPECT_TRUE(has_line(table(config, "mempool"), "max_tx_bytes = 99"));
  EXPECT_TRUE(has_line(table(config, "consensus"), R"(timeout_commit = "1s")"));  // a literal in a text, as it was written before
  EXPECT_TRUE(has_line(table(render_app_toml(node), ""), R"(pruning = "everything")"));
  EXPECT_TRUE(has_line(table(render_app_toml(node), "state-sync"), "snapshot-interval = 5"));
}

TEST(ConfigFiles, RefusesWhatTheChainsFileHasNot) {
  NodeConfig node = two_peers();
  node.written_by_init.config_toml = "[consensus]\ndouble_sign_check_height = 0\n";
  const auto trouble = [&node](const std::string& key, const nlohmann::json& value) -> std::string {
    node.config_toml = {{key, {value, "page.yaml:7:3"}}};
    try {
      render_config_toml(node);
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  };
  EXPECT_EQ(trouble("consensus.double_sign_chek_height", 10),
            "page.yaml:7:3: the config.toml that the chain's `init` writes has no `consensus.double_sign_chek_height`, did you mean "
            "`consensus.double_sign_check_height`?");
  EXPECT_EQ(trouble("consensus.double_sign_check_height", "ten"),
            "page.yaml:7:3: config.toml: `consensus.double_sign_check_height` is a whole number, not \"ten\"");
  EXPECT_EQ(trouble("consensus.double_sign_check_height", 10), "");
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
