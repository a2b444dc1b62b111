// A network of nodes: rendered into a folder from its plan (never edited afterwards), started, observed, ended.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "localnet/process/address.h"
#include "localnet/profile/chain_cli.h"
#include "localnet/network/network_plan.h"
#include "localnet/network/node.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/network/observer.h"
#include "localnet/profile/profile.h"
#include "localnet/network/provider_daemon.h"

namespace rehearse {

class LinkSet;  // links.h

inline constexpr const char* kCustomer = "customer";

class Network {
 public:
  // All but the plan outlive this. Node N of the plan gets the address N. Throws Error for more linked nodes than an
  // address block has proxies for.
  Network(Loop&, Http&, Sink&, const Profile& profile, const AddressBlock&, NetworkPlan);
  virtual ~Network();

  // Makes keys, genesis and each node's folder. Throws Error when the chain's program refuses.
  void prepare(const WaitFor&);
  // Instead of that, in a folder that has a copy of a network's homes and of its operator's (frozen_copy.h): gives them the
  // addresses of this one. `members` and the account as they were.
  void take_up(const std::vector<NodeIdentity>& members, const std::string& watched_account);
  // Observes all, and starts all but those.
  void start(const std::vector<std::string>& but = {});
  // Renders config.toml of a node again, with these values beyond what it had: dotted key -> TOML value.
  void reconfigure(const std::string& node, const TomlValues& values);
  // A provider daemon beside the nodes, called that, which asks the first of them. Its own to install and start.
  ProviderDaemon& add_provider(const std::string& name);
  ProviderDaemon* provider() const { return provider_.get(); }  // null: there is none
  // The links between nodes, by their names, from prepare() on, and between the provider daemon and its node; null when the
  // plan has none. Whoever asks on behalf of the harness goes past them.
  LinkSet* links() const { return links_.get(); }
  // A node beside those of the plan with that one's consensus key, a signing state of its own, and its binary: never do that.
  // Its own to start and to kill; called NAME-twin, and not among the nodes.
  Node& add_second_process(const std::string& of);
  // A full node beside those of the plan with a home of its own, which the others do not know; its own to start.
  Node& add_joining_node(const std::string& name, const std::filesystem::path& binary, const TomlValues& config_toml);
  // The same on the release that the network started on, under Cosmovisor, with that of the plan where it is taken from: it goes the
  // way of all the others, from the first block on.
  Node& add_replaying_node(const std::string& name, const std::string& plan, const std::filesystem::path& binary, const WaitFor&);
  // A network of its own beside this one, with the same validators' keys and this genesis: who is called NAME here is NAME-again
  // there, and knows nobody else. Theirs to start and to kill.
  std::vector<Node*> add_network_again(const std::filesystem::path& genesis, const std::filesystem::path& binary);
  // Kills every node now, the provider daemon, and commands that still run.
  void stop();
  std::vector<Node*> all() const;
  // Those that are run that way.
  std::vector<Node*> under(SupervisorKind) const;
  // Runs `cosmovisor init` or another of its commands on these nodes; what each printed, in their order. Throws Error
  // naming the log of one that fails.
  std::vector<std::string> cosmovisor(const std::string& command, const std::vector<Node*>&, const WaitFor&);

  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
  Node& node(const std::string& name);
  const NetworkPlan& plan() const { return plan_; }
  // Where the chain's `init` has written its defaults, relative to the folder.
  static constexpr const char* kWrittenByInit = "commands/genesis";
  // Of everything it starts: who is killed in the middle of a download leaves something there.
  std::filesystem::path temporary() const { return plan_.folder / "tmp"; }
  ChainCli& cli() { return *cli_; }
  // An account that nobody uses: its balance must stay.
  const std::string& watched_account() const { return watched_account_; }
  // Address of the customer's account, whose key is called kCustomer; empty: the plan has none.
  const std::string& customer() const { return customer_; }

  // Where a question about this node goes, and what templates of commands may name: {home} (of the operator, with
  // the keys), {rpc}, {chain_id}, {denom}, ...
  virtual Respondent respondent(const std::string& node);
  // The binary that operators type commands with.
  void set_client_binary(const std::filesystem::path& binary) { client_binary_ = binary; }
  // Environment of a chain command: never the user's own, as any command makes a home where there is none.
  std::map<std::string, std::string> environment(const std::string& node) const;

 private:
  int number_of(const std::string& node) const;
  std::string ip_of(const std::string& node) const { return addresses_.at(number_of(node)); }
  std::filesystem::path home_of(const std::string& node) const { return plan_.folder / "nodes" / node; }
  std::vector<NodeIdentity> make_identities();
  NodeConfig config_of(const NodeIdentity&, const std::vector<NodeIdentity>& all) const;
  void make_links(const std::vector<NodeIdentity>&);
  // Where one node dials another.
  std::string dialled_at(const std::string& from, const std::string& to) const;
  Node& add_node(const NodeIdentity&, const NodePlan&);
  // The identity of one more that is not of the plan.
  NodeIdentity identity_beside(const std::string& name, const NodeKeys&, const Node& like) const;
  Node& add_beside(const NodeIdentity&, const NodeKeys&, const Node& like, SupervisorKind, const std::filesystem::path& binary,
                   const NodeConfig&, const std::filesystem::path& genesis);
  Node& add_to_network(const std::string& name, const NodeKeys&, const Node& like, SupervisorKind, const std::filesystem::path& binary,
                       const TomlValues& config_toml);

  void take_sample(Node&);

  Loop& loop_;
  Http& http_;
  Sink& sink_;
  const Profile& profile_;
  NetworkPlan plan_;
  const AddressBlock& addresses_;
  LogMatcher matcher_;
  std::unique_ptr<ChainCli> cli_;
  BlockObserver observer_;
  std::unique_ptr<LinkSet> links_;
  std::map<std::string, NodeKeys> keys_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Node>> beside_;  // not of the plan
  std::unique_ptr<ProviderDaemon> provider_;
  std::string provider_name_;
  std::filesystem::path client_binary_;
  std::string watched_account_, customer_;
  ConfigFiles written_by_init_;
  Loop::Handle log_poll_, sampling_;
  struct Goroutines {
    std::int64_t count = 0;  // as its pprof has told last; 0: not known
    bool asked = false;      // and has not answered yet: a node that is paused is asked once
  };
  // By node. Shared with answers that are under way.
  std::shared_ptr<std::map<std::string, Goroutines>> goroutines_ = std::make_shared<std::map<std::string, Goroutines>>();
};

}  // namespace rehearse
