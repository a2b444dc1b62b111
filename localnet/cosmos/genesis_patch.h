// Values that a genesis needs, for the chain or for a rehearsal: each set at its path, in order, at its
// stage.
//
//   - {at: app_state.gov.params.voting_period, set: "{voting_period}", stage: before-gentx, reason: no days}
#pragma once

#include <string>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/base/template.h"
#include "localnet/base/json.h"

namespace rehearse {

// When a patch is applied. A genesis that is written directly has no gentx: one stage follows the other.
enum class Stage {
  before_gentx,    // what gentx, collect-gentxs and validate-genesis then see
  after_validate,  // what they would refuse, although the chain starts with it
};
const Ordered<Stage>& names(Stage);

struct GenesisPatch {
  std::string at;
  nlohmann::json value;  // its strings are templates over known_genesis_values()
  Stage stage = Stage::before_gentx;
  std::string reason;
  bool if_present = false;  // only where the genesis has the module that it is about: what a base sets of optional modules
};

template <class V>
void describe(V& v, GenesisPatch& p) {
  v.required("at", p.at, "dotted path in genesis.json");
  v.required("set", p.value, "the value; quote what must stay a string; {name} is computed");
  v.optional("stage", p.stage, "before the chain's gentx sees it, or after its validation");
  v.optional("if_present", p.if_present, "left out where the genesis has no such module, the NAME of app_state.NAME");
  v.optional("reason", p.reason, "why it is needed");
}

// The closed list of what a patch's value may name, beside {module:NAME}: the address of that module's
// account.
struct KnownValue {
  const char* name;
  const char* doc;
};
const std::vector<KnownValue>& known_genesis_values();
bool is_genesis_value(const std::string& name);
// "{chain_id}, {denom}, ...", for complaints.
std::string genesis_value_names();

// Fills every string in the value, a template over `values`.
void fill_strings(nlohmann::json& value, Values values, const std::string& bech32_prefix, const std::string& where);

// Applies the patches of that stage. `values` has all known ones; `where` is their file, for complaints.
// Throws Error(Blame::scenario) for a path that is not there.
void apply_patches(nlohmann::json& genesis, const std::vector<GenesisPatch>&, Stage, const Values& values,
                   const std::string& bech32_prefix, const std::string& where);

}  // namespace rehearse
