#include "localnet/network/genesis_maker.h"

#include <fmt/format.h>

#include <algorithm>

#include "localnet/base/bech32.h"
#include "localnet/base/error.h"
#include "localnet/cosmos/genesis.h"
#include "localnet/network/network.h"
#include "localnet/base/text.h"
#include "localnet/base/utc.h"

namespace rehearse {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::int64_t kTokensPerPower = 1'000'000;  // the SDK's default power reduction
constexpr std::int64_t kFreeCoins = 1'000'000'000'000;
constexpr std::int64_t kWatchedCoins = 123'456'789;

std::vector<NodeIdentity> validators_of(const std::vector<NodeIdentity>& all) {
  std::vector<NodeIdentity> validators;
  std::copy_if(all.begin(), all.end(), std::back_inserter(validators),
               [](const auto& i) { return i.validator; });
  return validators;
}

// The keyring of the operator in another home, while this lives: `gentx` looks for the key where the node is.
class BorrowedKeyring {
 public:
  BorrowedKeyring(const fs::path& from, const fs::path& home) {
    for (const auto& entry : fs::directory_iterator(from)) {
      const auto name = entry.path().filename();
      if (!entry.is_directory() || !name.string().starts_with("keyring")) continue;
      fs::create_directory_symlink(entry.path(), home / name);
      links_.push_back(home / name);
    }
  }
  ~BorrowedKeyring() {
    std::error_code ignored;
    for (const auto& link : links_) fs::remove(link, ignored);
  }
  BorrowedKeyring(BorrowedKeyring&&) = default;

 private:
  std::vector<fs::path> links_;
};

}  // namespace

GenesisMaker::GenesisMaker(ChainCli& cli, const Profile& profile, const NetworkPlan& plan,
                           const WaitFor& wait)
    : cli_(cli),
      profile_(profile),
      plan_(plan),
      wait_(wait),
      home_(plan.folder / Network::kWrittenByInit) {
  values_["chain_id"] = profile.chain.id;
  values_["denom"] = profile.chain.denom;
  values_["genesis_time"] = utc();
  values_["validator_count"] = std::to_string(
      std::count_if(plan.nodes.begin(), plan.nodes.end(), [](const NodePlan& n) { return n.validator; }));
  if (plan.model) values_.insert({{"model_version", plan.model->version}, {"model_hash", plan.model->hash()}});
  values_["gov_authority"] = module_address("gov", profile.chain.bech32);
}

std::vector<CliAnswer> GenesisMaker::run(const std::string& what, const std::vector<Call>& calls,
                                         Trouble trouble) {
  struct Running {
    std::vector<CliAnswer> answers;
    std::size_t open;
  };
  // Shared with the handlers: a command may end after the wait for it was given up.
  auto running = std::make_shared<Running>(Running{std::vector<CliAnswer>(calls.size()), calls.size()});
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto& command = command_of(profile_, calls[i].command);
    auto values = calls[i].values;
    values["chain_id"] = profile_.chain.id;
    values["denom"] = profile_.chain.denom;
    cli_.run(plan_.binary,
             fill(command.run, values, profile_.file.string() + ": commands: " + calls[i].command),
             command.answer, [running, i](CliAnswer a) {
               running->answers[i] = std::move(a);
               --running->open;
             });
  }
  wait_(what, [&] { return running->open == 0; });
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto& a = running->answers[i];
    if (a.not_understood())
      throw Error(Blame::scenario, fmt::format("{}; {}: commands: {}: the program does not know it", a.trouble(), profile_.file.string(),
                                               calls[i].command));
    if (!a.trouble().empty()) throw Error(Blame::release, a.trouble(), trouble);
  }
  return running->answers;
}

void GenesisMaker::make_keys(std::vector<NodeIdentity>& identities) {
  NodeConfig config;
  config.chain_id = profile_.chain.id;
  config.moniker = "operator";
  config.ip = identities.front().ip;  // whom the operator asks
  write_config(operator_home(), config);

  std::vector<Call> calls = {{"init", {{"home", home_.string()}, {"moniker", "genesis"}}}};
  std::vector<NodeIdentity*> owners;
  for (auto& identity : identities) {
    if (!identity.validator) continue;
    owners.push_back(&identity);
    calls.push_back({"add-key", {{"home", operator_home().string()}, {"key", identity.name}}});
  }
  const auto answers = run("keys and default genesis", calls, Trouble::does_not_run);
  for (std::size_t i = 0; i < owners.size(); ++i) {
    owners[i]->account = address_in(answers[i + 1]);
    owners[i]->operator_address = bech32_with_prefix(owners[i]->account, profile_.chain.bech32 + "valoper");
  }
}

std::string GenesisMaker::make_customer(const std::string& name) {
  customer_ = address_in(run("a customer's key", {{"add-key", {{"home", operator_home().string()}, {"key", name}}}}, Trouble::does_not_run).front());
  return customer_;
}

std::string GenesisMaker::address_in(const CliAnswer& a) const {
  if (!a.json || !a.json->is_object() || !a.json->contains("address") || !(*a.json)["address"].is_string())
    throw Error(Blame::scenario, "`" + a.command + "`: there is no address in its answer");
  const auto account = (*a.json)["address"].get<std::string>();
  if (bech32_decode(account).prefix != profile_.chain.bech32)
    throw Error(Blame::scenario, fmt::format("`{}` gave {}, but the profile says bech32: {} ({})", a.command, account,
                                             profile_.chain.bech32, profile_.file.string()));
  return account;
}

Json GenesisMaker::read_genesis(const char* after) const {
  auto genesis = Json::parse(read_file(genesis_file()), nullptr, false);
  if (!genesis.is_object())
    throw Error(Blame::scenario,
                fmt::format("{}: is no JSON object after `{}`; does the profile's command write it into "
                            "{{home}}? ({})",
                            genesis_file().string(), after, profile_.file.string()));
  return genesis;
}

void GenesisMaker::patch(Json& genesis, Stage stage) const {
  apply_patches(genesis, profile_.genesis, stage, values_, profile_.chain.bech32, profile_.file.string());
  if (plan_.model)
    apply_patches(genesis, profile_.model->genesis, stage, values_, profile_.chain.bech32, profile_.file.string());
}

std::string GenesisMaker::make(const std::vector<NodeIdentity>& identities,
                               const std::map<std::string, NodeKeys>& keys, const std::string& watched) {
  if (plan_.genesis_values) values_.merge(plan_.genesis_values());
  const auto validators = validators_of(identities);
  values_["account"] = validators.back().account;
  values_["watched"] = watched;
  values_["granter"] = validators.size() > 1 ? validators.front().account : watched;  // nobody grants to itself
  auto genesis = profile_.genesis_by == GenesisBy::direct ? written_directly(identities, keys, watched)
                                                          : made_by_commands(identities, watched);
  patch(genesis, Stage::after_validate);
  for (const auto& [at, value] : plan_.genesis) set_at(genesis, at, value);
  return genesis.dump(1);
}

Json GenesisMaker::written_directly(const std::vector<NodeIdentity>& identities,
                                    const std::map<std::string, NodeKeys>& keys,
                                    const std::string& watched) const {
  GenesisSpec spec;
  spec.chain_id = profile_.chain.id;
  spec.bech32_prefix = profile_.chain.bech32;
  spec.denom = profile_.chain.denom;
  spec.genesis_time = values_.at("genesis_time");
  for (const auto& id : validators_of(identities)) {
    spec.accounts.push_back({id.account, {{spec.denom, kFreeCoins}}});
    spec.validators.push_back(
        {id.name, id.account, keys.at(id.name).consensus.pub, id.power * kTokensPerPower, id.active});
  }
  spec.accounts.push_back({watched, {{spec.denom, kWatchedCoins}}});
  if (!customer_.empty()) spec.accounts.push_back({customer_, {{spec.denom, kFreeCoins}}});
  populate(spec, plan_.population);
  auto genesis = make_genesis(read_genesis("init"), spec);
  add_votes(genesis, plan_.population, profile_.chain.bech32);
  add_records(genesis, profile_.population, plan_.population, values_, profile_.chain.bech32, profile_.file.string());
  patch(genesis, Stage::before_gentx);
  return genesis;
}

Json GenesisMaker::made_by_commands(const std::vector<NodeIdentity>& identities, const std::string& watched) {
  if (plan_.population.accounts)
    throw Error(Blame::scenario, profile_.file.string() + ": only a genesis that is written directly (genesis_by: direct) can "
                                                          "have the accounts that the scenario wants");
  const auto validators = validators_of(identities);
  add_accounts(validators, watched);
  auto genesis = read_genesis("add-account");
  patch(genesis, Stage::before_gentx);
  write_file(genesis_file(), genesis.dump(1));
  collect_gentxs(validators);
  run("validation of the genesis", {{"validate-genesis", {{"home", home_.string()}}}}, Trouble::genesis_refused);
  return read_genesis("validate-genesis");
}

// One after another: each writes the same file anew.
void GenesisMaker::add_accounts(const std::vector<NodeIdentity>& validators, const std::string& watched) {
  const auto add = [this](const std::string& account, std::int64_t amount) {
    run("accounts of the genesis",
        {{"add-account",
          {{"home", home_.string()},
           {"account", account},
           {"coins", std::to_string(amount) + profile_.chain.denom}}}},
        Trouble::genesis_refused);
  };
  for (const auto& v : validators) add(v.account, kFreeCoins + v.power * kTokensPerPower);
  add(watched, kWatchedCoins);
  if (!customer_.empty()) add(customer_, kFreeCoins);
}

void GenesisMaker::collect_gentxs(const std::vector<NodeIdentity>& validators) {
  std::vector<Call> calls;
  std::vector<BorrowedKeyring> keyrings;
  for (const auto& v : validators) {
    const auto home = node_home(v.name);
    fs::copy_file(genesis_file(), home / "config" / "genesis.json");
    keyrings.emplace_back(operator_home(), home);
    calls.push_back({"gentx",
                     {{"home", home.string()},
                      {"key", v.name},
                      {"account", v.account},
                      {"moniker", v.name},
                      {"stake", std::to_string(v.power * kTokensPerPower) + profile_.chain.denom},
                      {"ip", v.ip},
                      {"node_id", v.id}}});
  }
  const auto answers = run("the validators' gentxs", calls, Trouble::genesis_refused);
  const auto gentxs = fs::path("config") / "gentx";
  fs::create_directories(home_ / gentxs);
  for (std::size_t i = 0; i < validators.size(); ++i) {
    const auto written = node_home(validators[i].name) / gentxs;
    if (!fs::is_directory(written) || fs::is_empty(written))
      throw Error(Blame::scenario, "`" + answers[i].command + "`: wrote nothing into " + written.string());
    for (const auto& entry : fs::directory_iterator(written))
      fs::copy_file(entry.path(), home_ / gentxs / (validators[i].name + ".json"));
  }
  run("collected gentxs", {{"collect-gentxs", {{"home", home_.string()}}}}, Trouble::genesis_refused);
}

}  // namespace rehearse
