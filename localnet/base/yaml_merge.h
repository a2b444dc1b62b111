// One YAML document on top of another: what `extends:` means.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "localnet/base/decode.h"

namespace rehearse {

// Mappings are merged key by key; anything else in `over` takes the place of what the base has, but for a list: `over` says
// `add: [...]` or `replace: [...]` there. What it says is null, within a section, there is not. Both documents are of `source`, and are used up. Throws Error(Blame::scenario).
YAML::Node merge_yaml(YAML::Node base, YAML::Node over, const Source& source);

// As text that reads the same, without comments; with `told`, each value is followed by where it stands: # file:line:column
std::string write_yaml(const YAML::Node&, const Source* told = nullptr);

}  // namespace rehearse
