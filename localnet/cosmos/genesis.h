// A genesis written directly, without the chain's add-account, gentx and collect-gentxs: the validators are
// bonded from the start. Works on the default state that the chain's own `init` wrote, so that it fits any
// Cosmos SDK chain: a module that is not there is not invented.
//
//   nlohmann::json genesis = make_genesis(read("genesis.json"), spec);
//   set_at(genesis, "app_state.gov.params.voting_period", "2s");
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "localnet/base/json.h"

namespace rehearse {

// A module account's address: the first 20 bytes of the hash of its name.
std::string module_address(std::string_view module, std::string_view bech32_prefix);

struct GenesisAccount {
  std::string address;  // bech32
  std::vector<std::pair<std::string, int64_t>>
      coins;  // denom, amount; free to spend: a stake is not among them
};

struct GenesisValidator {
  std::string moniker;
  std::string account;  // bech32; delegates `tokens` to itself; need not be among the accounts
  std::array<uint8_t, 32> consensus_pub;
  int64_t tokens;  // in the smallest unit; its voting power is tokens / 1 000 000 on most chains
  bool bonded = true;  // false: others have more than it, and there are as many as may be in the set
};

struct GenesisDelegation {
  std::string account;     // bech32
  std::size_t validator;   // its place in the spec
  int64_t tokens;          // beyond the account's coins; the validator's stake grows by them
};

struct GenesisSpec {
  std::string chain_id;
  std::string bech32_prefix;  // of accounts: "ve"
  std::string denom;          // of the stake; takes the place of the default's in every module's state
  std::vector<GenesisAccount> accounts;
  std::vector<GenesisValidator> validators;
  std::string genesis_time;  // RFC 3339
  std::vector<GenesisDelegation> delegations = {};  // beside the validators' own
};

// `defaults` is the genesis.json as `init` wrote it. Throws Blame::scenario when it has no auth, bank or
// staking state, or the spec has no validator, a validator without stake, a negative amount or a wrong
// address.
nlohmann::json make_genesis(nlohmann::json defaults, const GenesisSpec& spec);

// Sets the value at a dotted path, array elements by number. The last part of an object may be new; any other
// part that does not exist throws Blame::scenario naming it.
void set_at(nlohmann::json& doc, std::string_view dotted, const nlohmann::json& value);

}  // namespace rehearse
