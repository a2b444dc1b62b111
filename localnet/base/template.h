// Templates: text in which {name} stands for a value that whoever uses it gives.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "localnet/base/json.h"

namespace rehearse {

using Values = std::map<std::string, std::string>;

// The names in a text, in order; a brace that is never closed is no name.
std::vector<std::string> names_in(const std::string& text);

// Replaces each {name}; throws Error(Blame::scenario) naming `where` for a name that has no value.
std::string fill(const std::string& text, const Values&, const std::string& where);
std::vector<std::string> fill(const std::vector<std::string>& texts, const Values&, const std::string& where);
// All texts in it, whatever holds them; names of fields are none.
nlohmann::json fill_texts(nlohmann::json, const Values&, const std::string& where);

}  // namespace rehearse
