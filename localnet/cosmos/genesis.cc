#include "localnet/cosmos/genesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "localnet/base/bech32.h"
#include "localnet/base/error.h"
#include "localnet/cosmos/keys.h"
#include "localnet/base/sha256.h"
#include "localnet/base/number.h"

namespace rehearse {

namespace {

using nlohmann::json;

constexpr const char* sdk_default_denom = "stake";
constexpr const char* epoch = "1970-01-01T00:00:00Z";

json coins_json(const std::map<std::string, int64_t>& coins) {
  json out = json::array();  // the SDK wants them sorted by denom, without zeros
  for (const auto& [denom, amount] : coins) {
    if (amount != 0) out.push_back({{"denom", denom}, {"amount", std::to_string(amount)}});
  }
  return out;
}

std::string operator_address(const GenesisValidator& validator, const GenesisSpec& spec) {
  return bech32_with_prefix(validator.account, spec.bech32_prefix + "valoper");
}

std::string consensus_address(const GenesisValidator& validator, const GenesisSpec& spec) {
  return bech32_encode(spec.bech32_prefix + "valcons", address_bytes(validator.consensus_pub));
}

void validate(const json& defaults, const GenesisSpec& spec) {
  auto refuse = [](const std::string& why) { throw Error(Blame::scenario, "genesis: " + why); };
  for (const char* module : {"auth", "bank", "staking"}) {
    if (!defaults.contains("app_state") || !defaults["app_state"].contains(module)) {
      refuse(fmt::format("the chain's `init` wrote no app_state.{}; is this its genesis.json?", module));
    }
  }
  auto check_address = [&](const std::string& address) {
    if (bech32_decode(address).prefix != spec.bech32_prefix) {
      refuse(fmt::format("address {} does not have the chain's prefix '{}'", address, spec.bech32_prefix));
    }
  };
  if (spec.validators.empty()) refuse("a network needs at least one validator");
  for (const auto& validator : spec.validators) {
    check_address(validator.account);
    if (validator.tokens <= 0) refuse(fmt::format("validator {} has no stake", validator.moniker));
  }
  for (const auto& account : spec.accounts) {
    check_address(account.address);
    for (const auto& [denom, amount] : account.coins) {
      if (amount < 0) refuse(fmt::format("account {} has {} {}", account.address, amount, denom));
    }
  }
}

// Default parameters name the SDK's "stake", or whatever the chain bonds by default, in many modules.
void replace_denom(json& state, const std::set<std::string>& defaults, const std::string& denom) {
  if (state.is_array()) {
    for (json& element : state) replace_denom(element, defaults, denom);
  }
  if (!state.is_object()) return;
  for (auto& [key, value] : state.items()) {
    bool names_denom = key == "denom" || key.ends_with("_denom");
    if (names_denom && value.is_string() && defaults.contains(value.get<std::string>())) {
      value = denom;
    } else {
      replace_denom(value, defaults, denom);
    }
  }
}

// Its own tokens and what is delegated to it.
int64_t stake_of(const GenesisSpec& spec, std::size_t validator) {
  int64_t stake = spec.validators[validator].tokens;
  for (const auto& d : spec.delegations)
    if (d.validator == validator) stake += d.tokens;
  return stake;
}

void write_accounts(json& auth, const GenesisSpec& spec) {
  std::set<std::string> seen;
  json& accounts = auth["accounts"] = json::array();
  auto add = [&](const std::string& address) {
    if (!seen.insert(address).second) return;
    accounts.push_back({{"@type", "/cosmos.auth.v1beta1.BaseAccount"},
                        {"address", address},
                        {"pub_key", nullptr},
                        {"account_number", std::to_string(accounts.size())},
                        {"sequence", "0"}});
  };
  for (const auto& account : spec.accounts) add(account.address);
  for (const auto& validator : spec.validators) add(validator.account);
}

void write_balances(json& bank, const GenesisSpec& spec) {
  std::map<std::string, std::map<std::string, int64_t>> balances;
  for (const auto& account : spec.accounts) {
    for (const auto& [denom, amount] : account.coins) balances[account.address][denom] += amount;
  }
  std::string bonded_pool = module_address("bonded_tokens_pool", spec.bech32_prefix);
  std::string other_pool = module_address("not_bonded_tokens_pool", spec.bech32_prefix);
  for (std::size_t i = 0; i < spec.validators.size(); ++i)
    balances[spec.validators[i].bonded ? bonded_pool : other_pool][spec.denom] += stake_of(spec, i);

  json& list = bank["balances"] = json::array();
  for (const auto& [address, coins] : balances) {
    list.push_back({{"address", address}, {"coins", coins_json(coins)}});
  }
  bank["supply"] = json::array();  // the bank module sums the balances itself
}

json delegation(const std::string& account, const GenesisValidator& validator, int64_t tokens, const GenesisSpec& spec) {
  return {{"delegator_address", account},
          {"validator_address", operator_address(validator, spec)},
          {"shares", fmt::format("{}.000000000000000000", tokens)}};
}

json staking_validator(const GenesisValidator& validator, int64_t stake, const GenesisSpec& spec) {
  json rates = {{"rate", "0.100000000000000000"},
                {"max_rate", "0.200000000000000000"},
                {"max_change_rate", "0.010000000000000000"}};
  json description = {{"moniker", validator.moniker}};
  for (const char* field : {"identity", "website", "security_contact", "details"}) description[field] = "";
  return {{"operator_address", operator_address(validator, spec)},
          {"consensus_pubkey",
           {{"@type", "/cosmos.crypto.ed25519.PubKey"}, {"key", base64(validator.consensus_pub)}}},
          {"jailed", false},
          {"status", validator.bonded ? "BOND_STATUS_BONDED" : "BOND_STATUS_UNBONDED"},
          {"tokens", std::to_string(stake)},
          {"delegator_shares", fmt::format("{}.000000000000000000", stake)},
          {"description", description},
          {"unbonding_height", "0"},
          {"unbonding_time", epoch},
          {"commission", {{"commission_rates", rates}, {"update_time", epoch}}},
          {"min_self_delegation", "1"}};
}

void write_validators(json& staking, const GenesisSpec& spec) {
  json& validators = staking["validators"] = json::array();
  json& delegations = staking["delegations"] = json::array();
  for (std::size_t i = 0; i < spec.validators.size(); ++i) {
    const auto& validator = spec.validators[i];
    validators.push_back(staking_validator(validator, stake_of(spec, i), spec));
    delegations.push_back(delegation(validator.account, validator, validator.tokens, spec));
  }
  for (const auto& d : spec.delegations)
    delegations.push_back(delegation(d.account, spec.validators[d.validator], d.tokens, spec));
  // Not an export: so the hooks of the other modules (distribution) run for these validators, and staking
  // computes last_validator_powers and last_total_power itself.
  staking["exported"] = false;
}

// Slashing writes these when a validator becomes bonded, which ours never do: they are from the start, but for the inactive ones.
// Without them the chain dies after its second block.
void write_signing_infos(json& slashing, const GenesisSpec& spec) {
  json& infos = slashing["signing_infos"] = json::array();
  for (const auto& validator : spec.validators) {
    if (!validator.bonded) continue;
    std::string address = consensus_address(validator, spec);
    json info = {{"address", address},    {"start_height", "0"}, {"index_offset", "0"},
                 {"jailed_until", epoch}, {"tombstoned", false}, {"missed_blocks_counter", "0"}};
    infos.push_back({{"address", address}, {"validator_signing_info", info}});
  }
}

}  // namespace

std::string module_address(std::string_view module, std::string_view bech32_prefix) {
  Sha256 digest = sha256(module);
  return bech32_encode(bech32_prefix, std::span(digest).first(20));
}

json make_genesis(json defaults, const GenesisSpec& spec) {
  validate(defaults, spec);
  json genesis = std::move(defaults);
  genesis["chain_id"] = spec.chain_id;
  genesis["genesis_time"] = spec.genesis_time;
  // The staking module gives CometBFT the validators; named here too they would have to match to the byte.
  genesis.erase("validators");
  if (genesis.contains("consensus") && genesis["consensus"].is_object())
    genesis["consensus"].erase("validators");

  json& state = genesis["app_state"];
  std::set<std::string> default_denoms{sdk_default_denom};
  json::json_pointer bond_denom("/staking/params/bond_denom");
  if (state.contains(bond_denom)) default_denoms.insert(state[bond_denom].get<std::string>());
  replace_denom(state, default_denoms, spec.denom);

  write_accounts(state["auth"], spec);
  write_balances(state["bank"], spec);
  write_validators(state["staking"], spec);
  if (state.contains("slashing")) write_signing_infos(state["slashing"], spec);
  if (state.contains("genutil")) state["genutil"]["gen_txs"] = json::array();
  return genesis;
}

void set_at(json& doc, std::string_view dotted, const json& value) {
  json* here = &doc;
  size_t start = 0;
  while (true) {
    size_t dot = dotted.find('.', start);
    bool last = dot == std::string_view::npos;
    std::string part(dotted.substr(start, last ? dot : dot - start));
    auto refuse = [&](const std::string& why) {
      throw Error(Blame::scenario, fmt::format("genesis path {}: there is no '{}' {}", dotted, part, why));
    };
    std::string before = start == 0 ? "at the top" : fmt::format("in {}", dotted.substr(0, start - 1));
    if (here->is_array()) {
      const auto index = whole_number<size_t>(part);
      if (!index || *index >= here->size()) refuse(fmt::format("{}, a list of {}", before, here->size()));
      here = &(*here)[*index];
    } else if (here->is_object() && !part.empty() && (last || here->contains(part))) {
      here = &(*here)[part];
    } else {
      refuse(before);
    }
    if (last) break;
    start = dot + 1;
  }
  *here = value;
}

}  // namespace rehearse
