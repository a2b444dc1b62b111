#include "localnet/base/template.h"

#include <functional>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

// The text with each {name} replaced by what `value` says of it.
std::string replaced(const std::string& text, const std::function<std::string(const std::string&)>& value) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto end = text[i] == '{' ? text.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += text[i++];
      continue;
    }
    out += value(text.substr(i + 1, end - i - 1));
    i = end + 1;
  }
  return out;
}

}  // namespace

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  replaced(text, [&](const std::string& name) {
    names.push_back(name);
    return "";
  });
  return names;
}

std::string fill(const std::string& text, const Values& values, const std::string& where) {
  return replaced(text, [&](const std::string& name) {
    const auto found = values.find(name);
    if (found == values.end()) throw Error(Blame::scenario, where + ": there is no value for {" + name + "}");
    return found->second;
  });
}

std::vector<std::string> fill(const std::vector<std::string>& texts, const Values& values,
                              const std::string& where) {
  std::vector<std::string> out;
  for (const auto& t : texts) out.push_back(fill(t, values, where));
  return out;
}

nlohmann::json fill_texts(nlohmann::json value, const Values& values, const std::string& where) {
  if (value.is_string()) return fill(value.get<std::string>(), values, where);
  if (value.is_structured())
    for (auto& part : value) part = fill_texts(std::move(part), values, where);
  return value;
}

}  // namespace rehearse
