#include "localnet/profile/profile.h"

#include "localnet/cosmos/config_files.h"
#include "localnet/base/yaml_merge.h"
#include "localnet/profile/extends.h"
#include "localnet/profile/patterns.h"
#include "localnet/profile/profile_rules.h"

namespace rehearse {

const Ordered<Stream>& names(Stream) {
  static const Ordered<Stream> all = {{"stdout", Stream::out}, {"stderr", Stream::err}};
  return all;
}

const Ordered<GenesisBy>& names(GenesisBy) {
  static const Ordered<GenesisBy> all = {{"direct", GenesisBy::direct}, {"commands", GenesisBy::commands}};
  return all;
}

const std::vector<KnownQuestion>& known_questions() {
  static const std::vector<KnownQuestion> all = {
      {"app-version", false, "version of the application a node runs"},
      {"peers", false, "number of a node's peers"},
      {"consensus-state", false, "height/round/step a node's consensus is at"},
      {"validators", false, "all validators with status, jailed flag and tokens"},
      {"signing-info", false, "a validator's signing info, by {consensus_address}"},
      {"current-plan", false, "the scheduled upgrade plan"},
      {"applied-plan", false, "height at which plan {name} was applied", {"name"}},
      {"module-versions", false, "consensus version of each module"},
      {"proposal", false, "proposal {id}", {"id"}},
      {"transaction", false, "transaction {hash}", {"hash"}},
      {"balance", false, "balance of {address} in the staking denomination", {"address"}},
      {"supply", false, "total supply of the staking denomination"},
      {"delegation", false, "what {delegator} has delegated to {validator}", {"delegator", "validator"}},
      {"app-hash", false, "a node's own app hash after block {height}", {"height"}},
      {"validator-set", true, "who is in CometBFT's validator set at a height: each with its `address`"},
      {"slashing-params", true, "the parameters of x/slashing, as a proposal to change them gives them"},
      {"account", true, "of {address}: its `account_number` and `sequence`", {"address"}},
      {"balances", true, "every owner of the staking denomination, with the balance"},
      {"delegations", true, "all that is delegated to {validator}", {"validator"}},
      {"unbondings", true, "all that is unbonding from {validator}", {"validator"}},
      {"votes", true, "the votes on proposal {id}", {"id"}},
      {"tally", true, "what is counted of the votes on proposal {id}", {"id"}},
      {"earliest-block", true, "height of the first block that a node still has"},
      {"provider-info", true, "what the chain knows of provider {address}", {"address"}},
      {"provider-orders", true, "all orders of providers' customers"},
      {"model-status", true,
       "the active model's `model_version` and `model_hash`, an approved `update`; of the node that is asked the `scorer` "
       "(model or stub), its `scoring_hash` and the `files` it has loaded, each with its `hash`"},
      {"scored-records", true, "what the model has scored: each with `id`, `score`, `model_version`"},
  };
  return all;
}

const std::vector<const char*>& known_question_values() {
  static const std::vector<const char*> all = {"home",    "rpc",     "chain_id",         "denom",            "node",
                                               "key",     "account", "operator_address", "consensus_address"};
  return all;
}

const std::vector<const char*>& known_transaction_values() {
  static const std::vector<const char*> all = [] {
    auto values = known_question_values();
    values.insert(values.end(), {"payee", "validator", "other_validator", "granter", "watched", "proposal", "file"});
    return values;
  }();
  return all;
}

const std::vector<KnownQuestion>& known_daemon_questions() {
  static const std::vector<KnownQuestion> all = {
      {"health", false, "what the daemon's health endpoint says: status, version"},
      {"version", false, "the version that its program prints"},
      {"bids", false, "what its bid engine does: state, last_height, in_flight"},
      {"workloads", false, "its running workloads, a line each"},
  };
  return all;
}

const std::vector<KnownCommand>& known_daemon_commands() {
  static const std::vector<KnownCommand> all = {
      {"version", KnownCommand::always, {}, "prints the version"},
      {"start", KnownCommand::always, {}, "runs the daemon"},
      {"migrate-config", KnownCommand::always, {}, "rewrites its configuration for the release"},
  };
  return all;
}

const std::vector<KnownCommand>& known_provider_commands() {
  static const std::vector<KnownCommand> all = {
      {"add-key", KnownCommand::always, {}, "makes key {key} in the keyring of {home}, answers its `address`"},
      {"fund", KnownCommand::always, {}, "a validator sends {address} what it needs"},
      {"create", KnownCommand::always, {}, "registers the provider"},
      {"pause", KnownCommand::always, {}, "sets it to be paused, for {reason}"},
      {"resume", KnownCommand::always, {}, "sets it to be active"},
      {"order", KnownCommand::always, {}, "a validator places order number {ordinal}"},
  };
  return all;
}

const std::vector<KnownCommand>& known_commands() {
  using enum KnownCommand::Needed;
  static const std::vector<KnownCommand> all = {
      {"version", always, {}, "prints the version"},
      {"init",
       always,
       {"home", "chain_id", "denom", "moniker"},
       "writes the default genesis.json into {home}"},
      {"add-key", always, {"home", "key"}, "makes key {key} in the keyring of {home}, answers its `address`"},
      {"add-account",
       for_genesis,
       {"home", "chain_id", "denom", "account", "coins"},
       "adds an account to the genesis.json in {home}"},
      {"gentx",
       for_genesis,
       {"home", "chain_id", "denom", "key", "account", "moniker", "stake", "ip", "node_id"},
       "writes a validator's transaction into config/gentx of its {home}, where its keys and the genesis "
       "are"},
      {"collect-gentxs",
       for_genesis,
       {"home", "chain_id", "denom"},
       "puts them into the genesis.json in {home}"},
      {"validate-genesis", for_genesis, {"home", "chain_id", "denom"}, "says whether that genesis is valid"},
      {"start", always, {"home"}, "runs a node"},
      {"submit-proposal", always, {}, "submits the proposal {file}"},
      {"vote", always, {}, "votes {option} on {proposal}"},
      {"delegate", if_given, {}, "delegates {amount} of {denom} to {validator}"},
      {"undelegate", if_given, {}, "takes {amount} of {denom} back from {validator}"},
      {"unjail", if_given, {}, "brings the validator of {key} back that was jailed"},
      {"export", if_given, {}, "writes the state of the stopped node in {home} into {file}, as a genesis"},
      {"unsigned-payment", if_given, {}, "prints a transaction that pays 1 of {denom} from {account} to {address}, not signed"},
      {"sign-batch",
       if_given,
       {"home", "chain_id", "key", "file", "account_number", "sequence"},
       "prints the transactions of {file}, one a line, signed in order by {key} from {sequence} on, without asking a node"},
      {"pay", if_given, {}, "pays {amount} of {denom} from {account} to {address}"},
      {"add-multisig",
       if_given,
       {"home", "multisig", "keys"},
       "makes {multisig} in the keyring of {home}, an account for which two of its {keys} sign; answers its `address`"},
      {"sign-for", if_given, {}, "prints the signature of {key} of the transaction in {file}, for {multisig}"},
      {"multisign", if_given, {}, "prints the transaction in {file}, signed for {multisig} by {signature} and {other_signature}"},
      {"broadcast", if_given, {}, "sends the signed transaction in {file}"},
      {"report-model", for_model, {}, "tells that the validator's node has loaded {model_version}, {model_hash}"},
  };
  return all;
}

namespace {

// A path is relative to the file that it stands in: one of a base elsewhere is made absolute.
void resolve(std::string& path, const YAML::Node& at, const std::filesystem::path& file, const Source& source) {
  const std::filesystem::path stands_in = at ? source.file_of(at.Mark()) : file.string();
  if (!path.empty() && stands_in != file) path = std::filesystem::absolute(stands_in.parent_path() / path).lexically_normal().string();
}

void fill_denom(Profile& p) {
  const auto where = p.file.string();
  for (auto* text : {&p.minimum_gas_prices, &p.governance.deposit, &p.governance.expedited_deposit})
    *text = fill(*text, {{"denom", p.chain.denom}}, where);
  for (auto& i : p.invariants)
    for (auto* side : i.sides())
      for (auto& [name, value] : side->where) value = fill(value, {{"denom", p.chain.denom}}, where + ": invariants: " + i.name);
}

// Reads a document of which nothing is required.
struct Partial {
  Decoder& decoder;
  template <class T>
  void required(const char* key, T& out, const char* doc) { decoder.optional(key, out, doc); }
  template <class T>
  void optional(const char* key, T& out, const char* doc) { decoder.optional(key, out, doc); }
  void alias(const char* old, const char* key) { decoder.alias(old, key); }
};

}  // namespace

Profile load_profile(const std::filesystem::path& file, const std::filesystem::path& shipped) {
  const auto [root, source] = read_profile_document(file, shipped);
  auto p = decode<Profile>(root, source);
  p.file = file;
  p.name = file.stem().string();
  p.text = write_yaml(root);
  check_profile(p, root, source);
  resolve(p.releases, root["releases"], file, source);
  if (p.provider) resolve(p.provider->releases, root["provider"]["releases"], file, source);
  if (!p.monitoring.alerts.empty()) resolve(p.monitoring.alerts, root["monitoring"]["alerts"], file, source);
  fill_denom(p);
  return p;
}

void check_base_profile(const std::filesystem::path& file) {
  Source source;
  Decoder decoder(read_yaml(file, source), source, "");
  Partial partial{decoder};
  Profile p;
  describe(partial, p);
  decoder.finish();
}

const Command& command_of(const Profile& p, const std::string& name) {
  const auto found = p.commands.find(name);
  if (found == p.commands.end()) throw Error(Blame::scenario, p.file.string() + ": commands: `" + name + "` is missing");
  return found->second;
}

Ordered<std::string> line_patterns(const Profile& p) {
  auto patterns = p.log_patterns;
  for (const auto& s : p.refused_settings)
    if (!s.of_transaction) patterns.emplace_back(kSettingLine + s.file + " " + s.key, s.match);
  return patterns;
}

void apply_masks(Profile& p) {
  for (const auto& d : p.known_defects) {
    if (!d.masked) continue;
    p.genesis.insert(p.genesis.end(), d.mask.genesis.begin(), d.mask.genesis.end());
    add_values(p.config_toml, d.mask.config_toml);
    add_values(p.app_toml, d.mask.app_toml);
    for (const auto& [name, value] : d.mask.environment) p.chain.environment[name] = value;
  }
}

Values chain_values(const Profile& p, const std::filesystem::path& home, const std::string& ip,
                    const std::string& node) {
  return {{"home", home.string()},
          {"rpc", rpc_address(ip)},
          {"chain_id", p.chain.id},
          {"denom", p.chain.denom},
          {"node", node}};
}

std::map<std::string, std::string> chain_environment(const Profile& p, const Values& values) {
  std::map<std::string, std::string> environment;
  for (const auto& [name, value] : p.chain.environment)
    environment[name] = fill(value, values, p.file.string() + ": chain.environment");
  return environment;
}

}  // namespace rehearse
