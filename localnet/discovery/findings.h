// What is known of a chain of which there is only a program, where it was found, and the profile that says it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "localnet/base/json.h"
#include "localnet/cosmos/genesis_patch.h"

namespace rehearse {

struct Finding {
  std::string value, from;  // empty value: not found
};

struct Findings {
  std::string program, version, sha256;
  Finding id{"rehearsal-1", "any will do"}, denom, bech32;
  Finding minimum_gas_prices;  // "0.0025ustock"; empty: the base's
  Finding fees;                // of each transaction, "1250ustock"; empty: none
  std::int64_t gas = 0;        // of each transaction; 0: the base's
  std::map<std::string, std::string> environment;            // variable -> template
  std::map<std::string, std::vector<std::string>> commands;  // other than the base's
  std::vector<std::string> transaction, query;               // arguments of each, as the program takes them; empty: the base's
  bool usual_transaction = true;                             // `transaction` is the base's
  std::vector<std::string> on_stderr;                        // commands that answer there
  std::vector<GenesisPatch> genesis;
  std::vector<std::string> modules;    // with a genesis
  // Keys of a section of the base that this program has nothing for.
  struct Without {
    std::string section, key, why;
  };
  std::vector<Without> without;
  std::vector<std::string> facts;      // that no field has, for whoever reads the profile
  std::vector<std::string> questions;  // that only whoever knows the chain can answer
};

// Gas that each transaction of the profile that the findings extend gets.
inline constexpr std::int64_t kUsualGas = 500'000;

// From what the program's `init` has written.
void read_defaults(Findings&, const nlohmann::json& genesis, const std::string& app_toml);

// Changes what follows from a refusal: of the program, a node or a transaction. False: nothing follows.
bool learn_from(Findings&, const std::string& refusal);

// The profile, with where each value comes from.
std::string profile_of(const Findings&);

}  // namespace rehearse
