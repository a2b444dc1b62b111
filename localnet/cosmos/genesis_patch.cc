#include "localnet/cosmos/genesis_patch.h"

#include <algorithm>

#include "localnet/cosmos/genesis.h"

namespace rehearse {

using Json = nlohmann::json;

namespace {
constexpr std::string_view kModule = "module:";
}  // namespace

void fill_strings(Json& value, Values values, const std::string& bech32_prefix, const std::string& where) {
  if (value.is_string()) {
    for (const auto& name : names_in(value.get<std::string>()))
      if (name.starts_with(kModule))
        values[name] = module_address(name.substr(kModule.size()), bech32_prefix);
    value = fill(value.get<std::string>(), values, where);
  }
  if (!value.is_structured()) return;
  for (auto& element : value) fill_strings(element, values, bech32_prefix, where);
}

const Ordered<Stage>& names(Stage) {
  static const Ordered<Stage> all = {{"before-gentx", Stage::before_gentx},
                                     {"after-validate", Stage::after_validate}};
  return all;
}

const std::vector<KnownValue>& known_genesis_values() {
  static const std::vector<KnownValue> all = {
      {"chain_id", "the profile's chain id"},
      {"denom", "the profile's staking denomination"},
      {"genesis_time", "the present, as RFC 3339"},
      {"validator_count", "how many validators the network has"},
      {"voting_period", "governance's voting period, as the scenario says"},
      {"expedited_voting_period", "half of it"},
      {"inflation", "of a year, as x/mint has it; 0 where supplies are compared by value"},
      {"model_version", "the version of the model that the network starts with"},
      {"model_hash", "the hash of its file, sha256:HEX"},
      {"gov_authority", "the address of governance's account, {module:gov}"},
      {"account", "whose transactions of each kind are sent: the last validator's"},
      {"watched", "an account that sends nothing: its balance must stay"},
      {"granter", "who may grant it something: the first validator's account"},
  };
  return all;
}

bool is_genesis_value(const std::string& name) {
  if (name.starts_with(kModule)) {
    const auto module = name.substr(kModule.size());
    return !module.empty() && std::all_of(module.begin(), module.end(), [](unsigned char c) {
      return std::islower(c) || std::isdigit(c) || c == '_' || c == '-';
    });
  }
  const auto& all = known_genesis_values();
  return std::any_of(all.begin(), all.end(), [&](const KnownValue& v) { return name == v.name; });
}

std::string genesis_value_names() {
  std::string all;
  for (const auto& v : known_genesis_values()) all += "{" + std::string(v.name) + "}, ";
  return all + "{module:NAME}";
}

namespace {

// What stands below app_state, or at the top.
bool has_module(const Json& genesis, const std::string& at) {
  constexpr std::string_view kState = "app_state.";
  const auto begin = at.starts_with(kState) ? kState.size() : 0;
  const auto& modules = begin ? genesis.value("app_state", Json::object()) : genesis;
  return modules.contains(at.substr(begin, at.find('.', begin) - begin));
}

}  // namespace

void apply_patches(Json& genesis, const std::vector<GenesisPatch>& patches, Stage stage, const Values& values,
                   const std::string& bech32_prefix, const std::string& where) {
  for (const auto& patch : patches) {
    if (patch.stage != stage || (patch.if_present && !has_module(genesis, patch.at))) continue;
    auto value = patch.value;
    fill_strings(value, values, bech32_prefix, where + ": genesis: " + patch.at);
    set_at(genesis, patch.at, value);
  }
}

}  // namespace rehearse
