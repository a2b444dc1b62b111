// The network that a scenario asks for: which nodes, how they are run, what is in their genesis and configuration.
#pragma once

#include <chrono>

#include "harness/run/inputs.h"
#include "localnet/network/network_plan.h"

namespace rehearse {

// All that follows from the inputs; where it is, and what it starts with, is the run's to say.
NetworkPlan network_of(const Inputs&);

using ByNode = std::map<std::string, std::map<std::string, std::string>>;
// What scenario and profile set in the nodes' configuration files: node, or "" for all -> "config.toml mempool.size" -> value.
ByNode settings_made(const Inputs&);
// What a node was given that not all were: node -> "environment GOMAXPROCS", "config.toml db_backend", "supervisor" -> value.
ByNode given_to_some(const NetworkPlan&);

// Some fault acts on links.
bool acts_on_links(const Inputs&);

// {inflation} of the genesis: in an upgrade at a height the supply is compared from block to block, and coins are minted as the SDK's default
// has it, so that what mints and allocates them is seen at work; in another procedure (a scenario's `upgrade: kind:`) it is compared by value.
std::string inflation_of(const std::string& procedure);

struct VotingPeriods {
  double upgrade_s = 0;  // of the upgrade's proposal
  double faults_s = 0;   // from the vote's begin until whom its faults take away is back; 0: they take nobody away
  Values values;         // of the genesis: {voting_period}, {expedited_voting_period}
};
// The proposal's is the scenario's, or what the records and the votes need on this machine, and as long again as faults of
// the vote take the chain its quorum. `made_in`: what making the keys took, which is about as many commands of the chain's
// program as voting is, but while no node ran.
VotingPeriods voting_periods(const Inputs&, std::chrono::duration<double> made_in);

}  // namespace rehearse
