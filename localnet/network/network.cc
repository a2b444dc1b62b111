#include "localnet/network/network.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "localnet/base/bech32.h"
#include "localnet/base/error.h"
#include "localnet/base/ports.h"
#include "localnet/cosmos/goroutines.h"
#include "localnet/http/http.h"
#include "localnet/network/genesis_maker.h"
#include "localnet/process/guard.h"
#include "localnet/inject/links.h"
#include "localnet/inject/namespaces.h"
#include "localnet/inject/peer_links.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr int kLastBeside = 251;  // address of what is not of the plan: below those of the provider and its link
constexpr std::chrono::milliseconds kPollBlocks{50}, kPollLogs{20}, kSampling{500};

bool any_under(const NetworkPlan& plan, SupervisorKind kind) {
  return std::any_of(plan.nodes.begin(), plan.nodes.end(), [kind](const NodePlan& n) { return n.supervisor == kind; });
}

Ordered<std::string> patterns_of(const Profile& profile, const NetworkPlan& plan) {
  auto patterns = line_patterns(profile);
  for (const auto kind : {SupervisorKind::bare, SupervisorKind::cosmovisor})
    if (any_under(plan, kind))
      for (auto& p : log_patterns(kind)) patterns.push_back(std::move(p));
  return patterns;
}

// The node's others are its own alone: an operator may unset them.
std::map<std::string, std::string> of_cosmovisor(std::map<std::string, std::string> variables) {
  std::erase_if(variables, [](const auto& v) { return !v.first.starts_with("DAEMON_"); });
  return variables;
}

}  // namespace

Network::Network(Loop& loop, Http& http, Sink& sink, const Profile& profile, const AddressBlock& addresses,
                 NetworkPlan plan)
    : loop_(loop),
      http_(http),
      sink_(sink),
      profile_(profile),
      plan_(std::move(plan)),
      addresses_(addresses),
      matcher_(patterns_of(profile, plan_)),
      observer_(loop, http, sink, kPollBlocks),
      client_binary_(plan_.binary) {
  if (plan_.links) check_peer_links(static_cast<int>(plan_.nodes.size()));
  fs::create_directories(temporary());
  cli_ = std::make_unique<ChainCli>(loop, profile, plan_.folder / "commands", environment("operator"));
}

Network::~Network() = default;

int Network::number_of(const std::string& node) const {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i)
    if (plan_.nodes[i].name == node) return static_cast<int>(i) + 1;
  return 1;  // whom the operator asks
}

void Network::make_links(const std::vector<NodeIdentity>& nodes) {
  links_ = std::make_unique<LinkSet>(plan_.seed);
  for (const auto& from : nodes)
    for (const auto& to : nodes)
      if (from.id != to.id) links_->add({from.name, to.name, {dialled_at(from.name, to.name), p2p_port}, {to.ip, p2p_port}});
}

std::string Network::dialled_at(const std::string& from, const std::string& to) const {
  if (!plan_.links) return ip_of(to);
  return addresses_.at(peer_link_address(static_cast<int>(plan_.nodes.size()), number_of(from), number_of(to)));
}

std::map<std::string, std::string> Network::environment(const std::string& node) const {
  const auto home = node == "operator" ? plan_.folder / "operator" : home_of(node);
  std::map<std::string, std::string> e = {{"HOME", home.string()},
                                          {"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                          {"TMPDIR", temporary().string()},
                                          {kRunVariable, plan_.run_id},
                                          {kNodeVariable, node}};
  for (const auto& [k, v] : chain_environment(profile_, chain_values(profile_, home, ip_of(node), node))) e[k] = v;
  return e;
}

Respondent Network::respondent(const std::string& name) {
  if (provider_ && name == provider_name_) return provider_->respondent();
  const auto& n = node(name);
  const auto& i = n.identity();
  auto values = chain_values(profile_, plan_.folder / "operator", i.ip, name);
  values["key"] = name;
  values["account"] = i.account;
  values["operator_address"] = i.operator_address;
  values["consensus_address"] = i.validator ? bech32_encode(profile_.chain.bech32 + "valcons",
                                                            address_bytes(keys_.at(name).consensus.pub))
                                            : "";
  return {n.rpc_url(), n.rest_url(), client_binary_, std::move(values)};
}

std::vector<NodeIdentity> Network::make_identities() {
  std::vector<NodeIdentity> identities;
  for (const auto& planned : plan_.nodes) {
    const auto& keys = keys_[planned.name];
    NodeIdentity id;
    id.name = planned.name;
    id.validator = planned.validator;
    id.active = planned.active;
    id.power = planned.power;
    id.ip = ip_of(planned.name);
    id.id = node_id(keys.node.pub);
    if (id.validator) id.consensus_address = address_hex(keys.consensus.pub);
    identities.push_back(id);
  }
  return identities;
}

NodeConfig Network::config_of(const NodeIdentity& node, const std::vector<NodeIdentity>& all) const {
  NodeConfig config;
  config.metrics = !profile_.monitoring.alerts.empty();
  config.moniker = node.name;
  config.chain_id = profile_.chain.id;
  config.ip = node.ip;
  config.pace = plan_.pace;
  for (const auto& other : all)
    if (other.id != node.id) config.peers.push_back({other.id, dialled_at(node.name, other.name)});
  config.minimum_gas_prices = profile_.minimum_gas_prices;
  config.config_toml = profile_.config_toml;
  config.app_toml = profile_.app_toml;
  add_values(config.config_toml, plan_.config_toml);
  add_values(config.app_toml, plan_.app_toml);
  for (const auto& planned : plan_.nodes)
    if (planned.name == node.name) {
      add_values(config.config_toml, planned.config_toml);
      add_values(config.app_toml, planned.app_toml);
    }
  config.written_by_init = written_by_init_;
  return config;
}

Node& Network::add_node(const NodeIdentity& id, const NodePlan& planned) {
  SupervisorSettings settings{
      planned.supervisor, plan_.cosmovisor, profile_.chain.binary, home_of(id.name), of_cosmovisor(planned.environment), plan_.restart_after};
  auto env = environment(id.name);
  for (const auto& [k, v] : planned.environment) env[k] = v;
  const auto start = fill(command_of(profile_, "start").run, {{"home", settings.home.string()}},
                          profile_.file.string() + ": commands: start");
  Node::Within within;
  if (plan_.namespaces) within = [all = plan_.namespaces, name = id.name](const auto& work) { all->within(name, work); };
  nodes_.push_back(std::make_unique<Node>(loop_, sink_, matcher_, id, settings, start, env, within));
  return *nodes_.back();
}

void Network::prepare(const WaitFor& wait) {
  auto identities = make_identities();
  if (plan_.links) make_links(identities);
  GenesisMaker maker(*cli_, profile_, plan_, wait);
  maker.make_keys(identities);
  written_by_init_ = read_config_files(maker.home());
  if (plan_.customer) customer_ = maker.make_customer(kCustomer);
  for (const auto& id : identities)
    write_home(home_of(id.name), config_of(id, identities), keys_.at(id.name));
  watched_account_ = bech32_encode(profile_.chain.bech32, address_bytes(Ed25519Key::generate().pub));
  const auto genesis = maker.make(identities, keys_, watched_account_);
  for (std::size_t i = 0; i < identities.size(); ++i) {
    const auto home = home_of(identities[i].name);
    write_file(home / "config" / "genesis.json", genesis);
    if (plan_.model) give_model(*profile_.model, *plan_.model, maker.home(), home);
    add_node(identities[i], plan_.nodes[i]).supervisor().install(plan_.binary);
  }
  cosmovisor("init", under(SupervisorKind::cosmovisor), wait);  // makes `current`
}

void Network::take_up(const std::vector<NodeIdentity>& members, const std::string& watched_account) {
  for (const auto& n : plan_.nodes) {
    const auto config = home_of(n.name) / "config";
    keys_[n.name] = {key_in(read_file(config / "node_key.json")), key_in(read_file(config / "priv_validator_key.json"))};
    fs::remove(config / "addrbook.json");  // of the others' former addresses
  }
  auto identities = make_identities();
  const auto init = plan_.folder / kWrittenByInit;
  written_by_init_ = read_config_files(init);
  watched_account_ = watched_account;
  for (std::size_t i = 0; i < identities.size(); ++i) {
    auto& id = identities[i];
    const auto was = std::ranges::find(members, id.name, &NodeIdentity::name);
    if (was == members.end() || was->power != (id.active ? id.power : 0))
      throw Error(Blame::scenario, "the network that is taken up has no node " + id.name + " of power " + std::to_string(id.power));
    id.account = was->account, id.operator_address = was->operator_address;
    write_config(home_of(id.name), config_of(id, identities));
    if (plan_.model) give_model(*profile_.model, *plan_.model, init, home_of(id.name));
    add_node(id, plan_.nodes[i]).skip_log();
  }
}

ProviderDaemon& Network::add_provider(const std::string& name) {
  constexpr int kAddress = 253;  // beyond the nodes
  ProviderPlan p;
  p.name = provider_name_ = name;
  p.run_id = plan_.run_id;
  p.home = home_of(name);
  p.keyring = plan_.folder / "operator" / name;
  p.scratch = plan_.folder / "commands" / name;
  p.ip = addresses_.at(kAddress);
  p.environment = environment(name);
  const auto& asked = nodes_.front()->identity();
  auto ip = asked.ip;
  if (links_) {
    ip = addresses_.at(kProviderLinkAddress);
    for (const int port : {rpc_port, rest_port}) links_->add({name, asked.name, {ip, port}, {asked.ip, port}});
  }
  p.values = chain_values(profile_, p.keyring, ip, name);
  p.values["rpc_url"] = rpc_url(ip);
  p.values["rest_url"] = rest_url(ip);
  provider_ = std::make_unique<ProviderDaemon>(loop_, sink_, profile_, std::move(p));
  return *provider_;
}

Node& Network::add_second_process(const std::string& of) {
  NodeKeys keys;
  keys.consensus = keys_.at(of).consensus;
  return add_to_network(of + "-twin", keys, node(of), SupervisorKind::bare, node(of).supervisor().current(), {});
}

Node& Network::add_joining_node(const std::string& name, const fs::path& binary, const TomlValues& config_toml) {
  return add_to_network(name, {}, *nodes_.front(), SupervisorKind::bare, binary, config_toml);
}

Node& Network::add_replaying_node(const std::string& name, const std::string& plan, const fs::path& binary, const WaitFor& wait) {
  auto& node = add_to_network(name, {}, *nodes_.front(), SupervisorKind::cosmovisor, plan_.binary, {});
  cosmovisor("init", {&node}, wait);
  node.supervisor().stage(plan, binary);
  return node;
}

NodeIdentity Network::identity_beside(const std::string& name, const NodeKeys& keys, const Node& like) const {
  auto id = like.identity();
  id.name = name;
  id.ip = addresses_.at(kLastBeside - static_cast<int>(beside_.size()));
  id.id = node_id(keys.node.pub);
  return id;
}

Node& Network::add_to_network(const std::string& name, const NodeKeys& keys, const Node& like, SupervisorKind kind, const fs::path& binary,
                              const TomlValues& config_toml) {
  const auto id = identity_beside(name, keys, like);
  auto config = config_of(id, {});
  for (const auto& n : nodes_) config.peers.push_back({n->identity().id, n->identity().ip});  // past all links
  add_values(config.config_toml, config_toml);
  return add_beside(id, keys, like, kind, binary, config, like.home() / "config" / "genesis.json");
}

std::vector<Node*> Network::add_network_again(const fs::path& genesis, const fs::path& binary) {
  std::vector<const Node*> like;
  for (const auto& n : nodes_)
    if (n->identity().validator) like.push_back(n.get());
  std::vector<NodeKeys> keys(like.size());
  std::vector<Peer> all;
  for (std::size_t i = 0; i < like.size(); ++i) {
    keys[i].consensus = keys_.at(like[i]->identity().name).consensus;
    all.push_back({node_id(keys[i].node.pub), addresses_.at(kLastBeside - static_cast<int>(beside_.size() + i))});
  }
  std::vector<Node*> nodes;
  for (std::size_t i = 0; i < like.size(); ++i) {
    const auto id = identity_beside(like[i]->identity().name + "-again", keys[i], *like[i]);
    auto config = config_of(id, {});
    for (const auto& peer : all)
      if (peer.id != id.id) config.peers.push_back(peer);
    nodes.push_back(&add_beside(id, keys[i], *like[i], SupervisorKind::bare, binary, config, genesis));
  }
  return nodes;
}

Node& Network::add_beside(const NodeIdentity& id, const NodeKeys& keys, const Node& like, SupervisorKind kind, const fs::path& binary,
                          const NodeConfig& config, const fs::path& genesis) {
  const auto home = home_of(id.name);
  write_home(home, config, keys);
  fs::copy_file(genesis, home / "config" / "genesis.json");
  if (plan_.model) fs::copy_file(like.home() / profile_.model->config, home / profile_.model->config);
  SupervisorSettings settings{kind, plan_.cosmovisor, profile_.chain.binary, home, {}};
  const auto start = fill(command_of(profile_, "start").run, {{"home", home.string()}}, profile_.file.string() + ": commands: start");
  auto env = environment(id.name);
  env.insert(like.environment().begin(), like.environment().end());  // what makes the release another
  beside_.push_back(std::make_unique<Node>(loop_, sink_, matcher_, id, settings, start, env));
  beside_.back()->supervisor().install(binary);
  return *beside_.back();
}

void Network::reconfigure(const std::string& name, const TomlValues& values) {
  std::vector<NodeIdentity> all;
  for (const auto& n : nodes_) all.push_back(n->identity());
  auto config = config_of(node(name).identity(), all);
  add_values(config.config_toml, values);
  write_config(home_of(name), config);
}

std::vector<std::string> Network::cosmovisor(const std::string& command, const std::vector<Node*>& nodes,
                                             const WaitFor& wait) {
  struct Call {
    std::unique_ptr<Child> child;
    std::optional<ExitStatus> status;
    fs::path log;
  };
  // Shared with the handlers: a command may end after the wait for it was given up.
  auto calls = std::make_shared<std::vector<Call>>(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    auto& n = *nodes[i];
    ChildSpec spec;
    spec.argv = {plan_.cosmovisor.string(), command};
    if (command == "init") spec.argv.push_back(n.supervisor().current().string());
    spec.environment = n.environment();
    for (const auto& [k, v] : n.supervisor().environment()) spec.environment[k] = v;
    spec.directory = n.home();
    auto& call = (*calls)[i];
    spec.out = spec.err = call.log = n.home() / "logs" / ("cosmovisor-" + command + ".log");
    call.child = Child::spawn(loop_, spec, [weak = std::weak_ptr(calls), i](ExitStatus s) {
      if (const auto all = weak.lock()) (*all)[i].status = s;
    });
  }
  wait("cosmovisor " + command, [&] {
    return std::all_of(calls->begin(), calls->end(), [](const Call& c) { return c.status.has_value(); });
  });
  std::vector<std::string> outputs;
  for (const auto& c : *calls) {
    if (!c.status->ok())
      throw Error(Blame::machine,
                  "`cosmovisor " + command + "`: " + to_string(*c.status) + ", see " + c.log.string());
    outputs.push_back(read_file(c.log));
  }
  return outputs;
}

std::vector<Node*> Network::all() const {
  std::vector<Node*> nodes;
  for (const auto& n : nodes_) nodes.push_back(n.get());
  return nodes;
}

std::vector<Node*> Network::under(SupervisorKind kind) const {
  auto nodes = all();
  std::erase_if(nodes, [kind](const Node* n) { return n->supervisor_kind() != kind; });
  return nodes;
}

void Network::start(const std::vector<std::string>& but) {
  for (auto& n : nodes_)
    if (std::ranges::find(but, n->identity().name) == but.end()) n->start();
  for (auto& n : nodes_) observer_.add(n->identity().name, n->rpc_url());
  log_poll_ = loop_.every(kPollLogs, [this] {
    for (auto& n : nodes_) n->read_log();
    if (provider_) provider_->read_log();
  });
  sampling_ = loop_.every(kSampling, [this] {
    for (auto& n : nodes_) take_sample(*n);
  });
}

void Network::take_sample(Node& n) {
  const auto& name = n.identity().name;
  auto& goroutines = (*goroutines_)[name];
  auto sample = n.resources();
  if (!sample) {
    goroutines.count = 0;
    return;
  }
  sample->goroutines = goroutines.count;
  sink_.sample(name, *sample);
  if (std::exchange(goroutines.asked, true)) return;
  http_.send({pprof_url(n.identity().ip) + "/debug/pprof/goroutine?debug=1"}, [all = goroutines_, name](const HttpResponse& a) {
    auto& of_node = (*all)[name];
    of_node.asked = false;
    if (const auto count = goroutine_count(a.body)) of_node.count = count;
  });
}

void Network::stop() {
  cli_->abandon();  // a run that is cut short may have commands under way
  for (auto& n : nodes_) {
    n->read_log();
    n->count_log();
  }
  log_poll_.reset();
  sampling_.reset();
  if (provider_) provider_->stop();
  for (auto& n : beside_) n->kill();
  for (auto& n : nodes_) n->signal(SIGKILL);  // all at once, then reap each
  for (auto& n : nodes_) n->kill();
}

Node& Network::node(const std::string& name) {
  for (auto& n : nodes_)
    if (n->identity().name == name) return *n;
  throw Error(Blame::scenario, "there is no node " + name);
}

}  // namespace rehearse
