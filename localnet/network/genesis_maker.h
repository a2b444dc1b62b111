// Makes the keys of a network's accounts, and its genesis: directly, or by the chain's own commands, as its
// validators would. In each way the chain's `init` writes the defaults, and its keyring the keys.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "localnet/profile/chain_cli.h"
#include "localnet/network/network_plan.h"
#include "localnet/network/node.h"
#include "localnet/cosmos/node_home.h"

namespace rehearse {

class GenesisMaker {
 public:
  // All outlive this. Commands that fail throw Error(Blame::release), what they should have made and did not
  // Error(Blame::scenario): the profile says how they are called.
  GenesisMaker(ChainCli&, const Profile&, const NetworkPlan&, const WaitFor&);

  // A key in the operator's home for each validator, whose addresses are filled in; and the default genesis.
  void make_keys(std::vector<NodeIdentity>&);

  // An account beside the validators', after their keys, with a key called `name` in the operator's home and coins in the
  // genesis; its address.
  std::string make_customer(const std::string& name);

  // Where the chain's `init` has written its defaults.
  const std::filesystem::path& home() const { return home_; }

  // The text of genesis.json, after make_keys(). Each node's home is there already (node_home.h) and `keys`
  // are its own. `watched` is an account beside the validators'.
  std::string make(const std::vector<NodeIdentity>&, const std::map<std::string, NodeKeys>& keys,
                   const std::string& watched);

 private:
  struct Call {
    const char* command;  // of the profile
    Values values;
  };
  // Runs them side by side; their answers, in that order. `trouble`: with a release whose command fails.
  std::vector<CliAnswer> run(const std::string& what, const std::vector<Call>&, Trouble trouble);

  nlohmann::json written_directly(const std::vector<NodeIdentity>&,
                                  const std::map<std::string, NodeKeys>& keys,
                                  const std::string& watched) const;
  nlohmann::json made_by_commands(const std::vector<NodeIdentity>&, const std::string& watched);
  void add_accounts(const std::vector<NodeIdentity>&, const std::string& watched);
  // In the answer to `add-key`.
  std::string address_in(const CliAnswer&) const;
  void collect_gentxs(const std::vector<NodeIdentity>& validators);
  void patch(nlohmann::json& genesis, Stage) const;
  nlohmann::json read_genesis(const char* after) const;

  std::filesystem::path operator_home() const { return plan_.folder / "operator"; }
  std::filesystem::path node_home(const std::string& node) const { return plan_.folder / "nodes" / node; }
  std::filesystem::path genesis_file() const { return home_ / "config" / "genesis.json"; }

  ChainCli& cli_;
  const Profile& profile_;
  const NetworkPlan& plan_;
  const WaitFor& wait_;
  const std::filesystem::path home_;  // in which the genesis grows
  Values values_;                     // of patches
  std::string customer_;              // empty: there is none
};

}  // namespace rehearse
