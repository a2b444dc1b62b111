#include "harness/run/network_of.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <unistd.h>

#include <algorithm>
#include <map>

namespace rehearse {

ByNode settings_made(const Inputs& in) {
  ByNode all;
  const auto add = [&all](const std::string& node, const TomlValues& config_toml, const TomlValues& app_toml) {
    for (const auto& [key, value] : config_toml) all[node]["config.toml " + key] = value.value.dump();
    for (const auto& [key, value] : app_toml) all[node]["app.toml " + key] = value.value.dump();
  };
  const auto& n = in.scenario.network;
  add("", in.profile.config_toml, in.profile.app_toml);
  add("", n.config_toml, n.app_toml);
  for (const auto& [name, files] : n.nodes) add(name, files.config_toml, files.app_toml);
  return all;
}

namespace {
// By its name: what a report holds is read by many.
bool is_secret(const std::string& variable) {
  static const RE2 kSecret("(?i)KEY|TOKEN|SECRET|PASS|MNEMONIC|CREDENTIAL");
  return RE2::PartialMatch(variable, kSecret);
}
}  // namespace

ByNode given_to_some(const NetworkPlan& p) {
  ByNode given;
  std::map<std::pair<std::string, std::string>, std::size_t> nodes_with;
  for (const auto& node : p.nodes) {
    auto& own = given[node.name];
    for (const auto& [key, value] : node.environment) own["environment " + key] = is_secret(key) ? "(not shown)" : value;
    for (const auto& [key, value] : node.config_toml) own["config.toml " + key] = value.value.dump();
    for (const auto& [key, value] : node.app_toml) own["app.toml " + key] = value.value.dump();
    own["supervisor"] = name_of(node.supervisor);
    for (const auto& one : own) ++nodes_with[one];
  }
  for (auto& [name, own] : given)
    std::erase_if(own, [&](const auto& one) { return nodes_with.at(one) == p.nodes.size(); });
  std::erase_if(given, [](const auto& node) { return node.second.empty(); });
  return given;
}

NetworkPlan network_of(const Inputs& in) {
  const auto& n = in.scenario.network;
  NetworkPlan p;
  for (const auto& [name, power] : n.validators) p.nodes.push_back({name, true, power, {}, {}, {}, supervisor_of(n, name)});
  for (const auto& [name, stake] : n.inactive) p.nodes.push_back({name, true, stake, {}, {}, {}, supervisor_of(n, name), false});
  for (const auto& name : n.full_nodes) p.nodes.push_back({name, false, 0, {}, {}, {}, supervisor_of(n, name)});
  for (auto& node : p.nodes) {
    const auto& e = in.to.environment;
    if (e.who == WhichNodes::all || (e.who == WhichNodes::smallest && node.name == smallest_validator(n)))
      node.environment = e.set;
    if (const auto own = n.environment.find(node.name); own != n.environment.end())
      for (const auto& [k, v] : own->second) node.environment[k] = v;
    if (const auto own = n.nodes.find(node.name); own != n.nodes.end()) {
      node.config_toml = own->second.config_toml;
      node.app_toml = own->second.app_toml;
    }
  }
  p.restart_after = n.restart.after.value;
  p.pace = pace_named(n.pace);
  p.links = acts_on_links(in) && n.backend == NetworkBackend::proxies;
  p.app_toml = n.app_toml;
  p.config_toml = n.config_toml;
  p.customer = std::any_of(in.faults.begin(), in.faults.end(), [](const Injection& i) { return i.kind == "load"; });
  p.population = n.population;
  if (in.model) p.model = in.model->from;
  p.genesis.assign(n.genesis.begin(), n.genesis.end());
  if (!n.inactive.empty()) p.genesis.emplace_back("app_state.staking.params.max_validators", n.validators.size());
  return p;
}

bool acts_on_links(const Inputs& in) {
  return std::any_of(in.faults.begin(), in.faults.end(),
                     [](const Injection& i) { return find_fault_kind(i.kind)->acts_on == ActsOn::link; });
}

namespace {

struct FaultsOfVote {
  double last_s = 0;  // from the vote's begin until whom they take away is back; 0: they take nobody away
  bool take_quorum = false;
};

// Those of one node come one after the other, and then its peers have to find it again: they dial 5 to 8 s after they missed
// it (CometBFT, p2p/switch.go), and the earliest of them counts.
FaultsOfVote faults_of_vote(const Inputs& in) {
  constexpr double kRecovers = 6;
  std::map<std::string, double> away;
  double last = 0, longest = 0;
  for (const auto& i : in.faults) {
    if (i.when != name_of(Phase::voting) || !find_fault_kind(i.kind)->takes_down) continue;
    for (const auto& name : i.target.links.empty() ? i.target.nodes : i.target.cut_off)
      longest = std::max(longest, away[name] += i.lasts_s);
    last = std::max(last, i.after_s);
  }
  std::int64_t gone = 0, total = 0;
  for (const auto& [name, power] : in.scenario.network.validators) total += power, gone += away.contains(name) ? power : 0;
  return {away.empty() ? 0 : last + longest + kRecovers, 3 * gone >= total};
}

}  // namespace

std::string inflation_of(const std::string& procedure) { return procedure == "chain" ? "0.130000000000000000" : "0.000000000000000000"; }

VotingPeriods voting_periods(const Inputs& in, std::chrono::duration<double> made_in) {
  const auto& s = in.scenario;
  // A node with blocks every 0.15 s takes 11 to 13 % of a core.
  constexpr double kCoreOfANode = 0.12, kLeastLeft = 0.25;
  const auto cores = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
  const auto nodes = static_cast<double>(node_names(s.network).size());
  const double slower = cores / std::max(cores - kCoreOfANode * nodes, kLeastLeft);
  const auto faults = faults_of_vote(in);
  const double upgrade =
      std::max(s.upgrade.voting_period.seconds(), 0.4 + 1.5 * made_in.count() * slower + (faults.take_quorum ? faults.last_s : 0));
  const double regular = s.upgrade.expedited ? 2 * upgrade : upgrade;
  const auto text = [](double seconds) { return fmt::format("{:.0f}ms", seconds * 1000); };
  return {upgrade, faults.last_s,
          {{"voting_period", text(regular)}, {"expedited_voting_period", text(s.upgrade.expedited ? upgrade : regular / 2)}}};
}

}  // namespace rehearse
