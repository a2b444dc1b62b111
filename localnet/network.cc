#include "localnet/network.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <signal.h>

#include <fstream>

#include "localnet/bech32.h"
#include "localnet/error.h"
#include "localnet/genesis.h"
#include "localnet/guard.h"
#include "localnet/keys.h"
#include "localnet/text.h"

namespace rehearse {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::int64_t kTokensPerPower = 1'000'000;  // the SDK's default power reduction
constexpr std::int64_t kFreeCoins = 1'000'000'000'000;
constexpr std::int64_t kWatchedCoins = 123'456'789;
constexpr std::chrono::milliseconds kPollBlocks{50}, kPollLogs{20}, kSampling{500};

void write(const fs::path& path, const std::string& text, fs::perms mode = fs::perms::none) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  if (mode != fs::perms::none) fs::permissions(path, mode);
  out << text;
  out.close();
  if (!out) throw Error(Blame::machine, path.string() + ": cannot be written; is there room on the disk?");
}

void write_secret(const fs::path& path, const std::string& text) {
  write(path, text, fs::perms::owner_read | fs::perms::owner_write);
}

// Every string in a genesis value may be a template.
void fill_strings(Json& value, const Values& values, const std::string& where) {
  if (value.is_string()) value = fill(value.get<std::string>(), values, where);
  if (!value.is_structured()) return;
  for (auto& element : value) fill_strings(element, values, where);
}

std::string now_rfc3339() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

namespace {
Ordered<std::string> patterns_of(const Profile& profile, SupervisorKind supervisor) {
  auto patterns = profile.log_patterns;
  for (auto& p : log_patterns(supervisor)) patterns.push_back(std::move(p));
  return patterns;
}
}  // namespace

struct Network::Keys {
  Ed25519Key node = Ed25519Key::generate();
  Ed25519Key consensus = Ed25519Key::generate();
};

Network::Network(Loop& loop, Http& http, Sink& sink, const Profile& profile, const AddressBlock& addresses,
                 NetworkPlan plan)
    : loop_(loop),
      sink_(sink),
      profile_(profile),
      plan_(std::move(plan)),
      addresses_(addresses),
      matcher_(patterns_of(profile, plan_.supervisor)),
      observer_(loop, http, sink, kPollBlocks),
      client_binary_(plan_.binary) {
  cli_ = std::make_unique<ChainCli>(loop, profile, plan_.folder / "commands", environment("operator"));
}

Network::~Network() = default;

std::string Network::ip_of(const std::string& node) const {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i)
    if (plan_.nodes[i].name == node) return addresses_.at(static_cast<int>(i) + 1);
  return addresses_.at(1);  // whom the operator asks
}

std::map<std::string, std::string> Network::environment(const std::string& node) const {
  const auto home = node == "operator" ? plan_.folder / "operator" : plan_.folder / "nodes" / node;
  std::map<std::string, std::string> e = {{"HOME", home.string()},
                                          {"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                          {"TMPDIR", fs::temp_directory_path().string()},
                                          {kRunVariable, plan_.run_id},
                                          {kNodeVariable, node}};
  for (const auto& [k, v] : chain_environment(profile_, chain_values(profile_, home, ip_of(node), node))) e[k] = v;
  return e;
}

Respondent Network::respondent(const std::string& name) {
  const auto& n = node(name);
  const auto& i = n.identity();
  auto values = chain_values(profile_, plan_.folder / "operator", i.ip, name);
  values["key"] = name;
  values["account"] = i.account;
  values["operator_address"] = i.operator_address;
  values["consensus_address"] =
      i.validator ? bech32_encode(profile_.chain.bech32 + "valcons", address_bytes(keys_.at(name)->consensus.pub)) : "";
  return {n.rpc_url(), n.rest_url(), client_binary_, std::move(values)};
}

void Network::make_keys(const WaitFor& wait, std::vector<NodeIdentity>& identities, Json& defaults) {
  const auto home = plan_.folder / "operator";
  NodeConfig config;
  config.chain_id = profile_.chain.id;
  config.moniker = "operator";
  config.ip = addresses_.at(1);
  // Ready files: commands that run side by side must not each write their defaults.
  write(home / "config" / "client.toml",
        render_client_toml(profile_.chain.id, "test", "tcp://" + addresses_.at(1) + ":26657"));
  write(home / "config" / "config.toml", render_config_toml(config));
  write(home / "config" / "app.toml", render_app_toml(config));

  const auto scratch = plan_.folder / "commands" / "init";
  std::size_t open = 0;
  std::string broken, trouble;  // of the program; of the profile
  const auto where = profile_.file.string() + ": commands";
  auto run = [&](const std::string& command, const Values& values, std::function<void(CliAnswer)> done) {
    ++open;
    const auto& c = profile_.commands.at(command);
    cli_->run(plan_.binary, fill(c.run, values, where + ": " + command), c.answer,
              [&open, &broken, done = std::move(done)](CliAnswer a) {
                --open;
                if (!a.trouble().empty())
                  broken = a.trouble();
                else
                  done(std::move(a));
              });
  };
  run("init", {{"home", scratch.string()}, {"chain_id", profile_.chain.id}, {"moniker", "init"}},
      [&](CliAnswer) {
        std::ifstream in(scratch / "config" / "genesis.json");
        defaults = Json::parse(in, nullptr, false);
        if (defaults.is_discarded())
          trouble = (scratch / "config" / "genesis.json").string() + ": is not JSON after `init`";
      });
  for (auto& identity : identities) {
    keys_[identity.name] = std::make_unique<Keys>();
    const auto& keys = *keys_[identity.name];
    identity.id = node_id(keys.node.pub);
    if (!identity.validator) continue;
    identity.consensus_address = address_hex(keys.consensus.pub);
    run("add-key", {{"home", home.string()}, {"key", identity.name}}, [&](CliAnswer a) {
      const auto* address =
          a.json && a.json->is_object() && a.json->contains("address") ? &(*a.json)["address"] : nullptr;
      if (!address || !address->is_string()) {
        trouble = "`" + a.command + "`: there is no address in its answer";
        return;
      }
      identity.account = address->get<std::string>();
      if (bech32_decode(identity.account).prefix != profile_.chain.bech32)
        trouble = fmt::format("`{}` gave {}, but the profile says bech32: {} ({})", a.command,
                              identity.account, profile_.chain.bech32, profile_.file.string());
      else
        identity.operator_address = bech32_with_prefix(identity.account, profile_.chain.bech32 + "valoper");
    });
  }
  try {
    wait("keys and default genesis", [&] { return open == 0; });
  } catch (...) {
    cli_->abandon();  // their handlers write to what stands on this stack
    throw;
  }
  if (!broken.empty()) throw Error(Blame::release, broken, "binary-does-not-run");
  if (!trouble.empty()) throw Error(Blame::scenario, trouble);
}

void Network::write_node(const NodeIdentity& identity, const std::vector<Peer>& all,
                         const std::string& genesis) {
  const auto home = plan_.folder / "nodes" / identity.name;
  const auto& keys = *keys_.at(identity.name);
  Peer self{identity.id, identity.ip};
  NodeConfig config;
  config.moniker = identity.name;
  config.chain_id = profile_.chain.id;
  config.ip = identity.ip;
  config.pace = plan_.pace;
  for (const auto& p : all)
    if (p.id != self.id) config.peers.push_back(p);
  config.minimum_gas_prices = profile_.minimum_gas_prices;
  config.config_toml = profile_.config_toml;
  config.app_toml = profile_.app_toml;
  for (const auto& [k, v] : plan_.config_toml) config.config_toml[k] = v;
  for (const auto& [k, v] : plan_.app_toml) config.app_toml[k] = v;

  write(home / "config" / "config.toml", render_config_toml(config));
  write(home / "config" / "app.toml", render_app_toml(config));
  write(home / "config" / "client.toml",
        render_client_toml(profile_.chain.id, "test", "tcp://" + identity.ip + ":26657"));
  write(home / "config" / "addrbook.json",
        render_addrbook(self, config.peers, std::chrono::system_clock::now()));
  write(home / "config" / "genesis.json", genesis);
  write_secret(home / "config" / "node_key.json", node_key_json(keys.node));
  write_secret(home / "config" / "priv_validator_key.json", priv_validator_key_json(keys.consensus));
  write_secret(home / "data" / "priv_validator_state.json", priv_validator_state_json());
}

void Network::prepare(const WaitFor& wait) {
  std::vector<NodeIdentity> identities;
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    NodeIdentity id;
    id.name = plan_.nodes[i].name;
    id.validator = plan_.nodes[i].validator;
    id.power = plan_.nodes[i].power;
    id.ip = ip_of(id.name);
    identities.push_back(id);
  }
  Json defaults;
  make_keys(wait, identities, defaults);

  GenesisSpec spec;
  spec.chain_id = profile_.chain.id;
  spec.bech32_prefix = profile_.chain.bech32;
  spec.denom = profile_.chain.denom;
  spec.genesis_time = now_rfc3339();
  std::vector<Peer> peers;
  for (const auto& id : identities) {
    peers.push_back({id.id, id.ip});
    if (!id.validator) continue;
    spec.accounts.push_back({id.account, {{spec.denom, kFreeCoins}}});
    spec.validators.push_back(
        {id.name, id.account, keys_.at(id.name)->consensus.pub, id.power * kTokensPerPower});
  }
  watched_account_ = bech32_encode(spec.bech32_prefix, address_bytes(Ed25519Key::generate().pub));
  spec.accounts.push_back({watched_account_, {{spec.denom, kWatchedCoins}}});
  auto genesis = make_genesis(defaults, spec);
  auto values = plan_.genesis_values;
  values["denom"] = spec.denom;
  for (const auto& patch : profile_.genesis) {
    auto value = patch.value;
    fill_strings(value, values, profile_.file.string() + ": genesis: " + patch.at);
    set_at(genesis, patch.at, value);
  }
  for (const auto& [at, value] : plan_.genesis) set_at(genesis, at, value);

  const auto text = genesis.dump(1);
  for (std::size_t i = 0; i < identities.size(); ++i) {
    const auto& id = identities[i];
    write_node(id, peers, text);
    SupervisorSettings settings{
        plan_.supervisor, plan_.cosmovisor, profile_.chain.binary, plan_.folder / "nodes" / id.name, {}};
    auto env = environment(id.name);
    for (const auto& [k, v] : plan_.nodes[i].environment) env[k] = v;
    const auto start = fill(profile_.commands.at("start").run, {{"home", settings.home.string()}},
                            profile_.file.string() + ": commands: start");
    nodes_.push_back(std::make_unique<Node>(loop_, sink_, matcher_, id, settings, start, env));
    nodes_.back()->supervisor().install(plan_.binary);
  }
  if (plan_.supervisor == SupervisorKind::cosmovisor) cosmovisor("init", all(), wait);  // makes `current`
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

void Network::start() {
  for (auto& n : nodes_) n->start();
  for (auto& n : nodes_) observer_.add(n->identity().name, n->rpc_url());
  log_poll_ = loop_.every(kPollLogs, [this] {
    for (auto& n : nodes_) n->read_log();
  });
  sampling_ = loop_.every(kSampling, [this] {
    for (auto& n : nodes_)
      if (const auto s = n->resources()) sink_.sample(n->identity().name, *s);
  });
}

void Network::stop() {
  cli_->abandon();  // a run that is cut short may have commands under way
  for (auto& n : nodes_) n->read_log();
  log_poll_.reset();
  sampling_.reset();
  for (auto& n : nodes_) n->signal(SIGKILL);  // all at once, then reap each
  for (auto& n : nodes_) n->kill();
}

Node& Network::node(const std::string& name) {
  for (auto& n : nodes_)
    if (n->identity().name == name) return *n;
  throw Error(Blame::scenario, "there is no node " + name);
}

}  // namespace rehearse
