// A network of nodes: rendered into a folder from its plan (never edited afterwards), started, observed, ended.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "localnet/address.h"
#include "localnet/chain_cli.h"
#include "localnet/config_files.h"
#include "localnet/node.h"
#include "localnet/observer.h"
#include "localnet/profile.h"

namespace rehearse {

struct NodePlan {
  std::string name;
  bool validator = true;
  std::int64_t power = 0;
  std::map<std::string, std::string> environment;
};

struct NetworkPlan {
  std::filesystem::path folder;  // of the run
  std::string run_id;
  std::vector<NodePlan> nodes;
  SupervisorKind supervisor = SupervisorKind::cosmovisor;
  Pace pace;
  std::filesystem::path binary;      // the release it starts on
  std::filesystem::path cosmovisor;  // its program
  Values genesis_values;             // {voting_period} and others that the profile's patches name
  std::vector<std::pair<std::string, nlohmann::json>> genesis;  // beyond the profile's
  std::map<std::string, std::string> config_toml, app_toml;     // beyond the profile's
};

// Runs the loop until `done` or throws: what localnet needs of whoever waits.
using WaitFor = std::function<void(const std::string& what, const std::function<bool()>& done)>;

class Network {
 public:
  // All but the plan outlive this. Node N of the plan gets the address N.
  Network(Loop&, Http&, Sink&, const Profile& profile, const AddressBlock&, NetworkPlan);
  virtual ~Network();

  // Makes keys, genesis and each node's folder. Throws Error when the chain's program refuses.
  void prepare(const WaitFor&);
  void start();
  // Kills every node now, and commands that still run.
  void stop();
  std::vector<Node*> all() const;
  // Runs `cosmovisor init` or another of its commands on these nodes; what each printed, in their order. Throws Error
  // naming the log of one that fails.
  std::vector<std::string> cosmovisor(const std::string& command, const std::vector<Node*>&, const WaitFor&);

  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
  Node& node(const std::string& name);
  const NetworkPlan& plan() const { return plan_; }
  ChainCli& cli() { return *cli_; }
  // An account that nobody uses: its balance must stay.
  const std::string& watched_account() const { return watched_account_; }

  // Where a question about this node goes, and what templates of commands may name: {home} (of the operator, with
  // the keys), {rpc}, {chain_id}, {denom}, ...
  virtual Respondent respondent(const std::string& node);
  // The binary that operators type commands with.
  void set_client_binary(const std::filesystem::path& binary) { client_binary_ = binary; }
  // Environment of a chain command: never the user's own (cosmos.md: any command makes a home).
  std::map<std::string, std::string> environment(const std::string& node) const;

 private:
  std::string ip_of(const std::string& node) const;
  void make_keys(const WaitFor&, std::vector<NodeIdentity>&, nlohmann::json& defaults);
  void write_node(const NodeIdentity&, const std::vector<Peer>& peers, const std::string& genesis);

  Loop& loop_;
  Sink& sink_;
  const Profile& profile_;
  NetworkPlan plan_;
  const AddressBlock& addresses_;
  LogMatcher matcher_;
  std::unique_ptr<ChainCli> cli_;
  BlockObserver observer_;
  struct Keys;
  std::map<std::string, std::unique_ptr<Keys>> keys_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::filesystem::path client_binary_;
  std::string watched_account_;
  Loop::Handle log_poll_, sampling_;
};

}  // namespace rehearse
