// Enums whose values have names, in YAML, JSON and messages: each has one list of them beside it, `const Ordered<E>& names(E)`.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "localnet/base/json.h"

namespace rehearse {

// A map that keeps the order in which it is written.
template <class T>
using Ordered = std::vector<std::pair<std::string, T>>;

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) { names(e); };

// As it is written; empty for a value that has no name.
template <NamedEnum E>
const std::string& name_of(E value) {
  for (const auto& [name, e] : names(E{}))
    if (e == value) return name;
  static const std::string none;
  return none;
}

// Nothing for a name that there is not.
template <NamedEnum E>
std::optional<E> find_named(const std::string& text) {
  for (const auto& [name, e] : names(E{}))
    if (name == text) return e;
  return std::nullopt;
}

// "voting, waiting, swap", for messages.
template <NamedEnum E>
std::string all_names(E) {
  std::string all;
  for (const auto& [name, e] : names(E{})) all += (all.empty() ? "" : ", ") + name;
  return all;
}

template <NamedEnum E>
void to_json(nlohmann::json& j, E value) {
  j = name_of(value);
}
// Throws std::invalid_argument for a name that there is not.
template <NamedEnum E>
void from_json(const nlohmann::json& j, E& value) {
  const auto& text = j.get_ref<const std::string&>();
  const auto found = find_named<E>(text);
  if (!found) throw std::invalid_argument("`" + text + "` is none of " + all_names(E{}));
  value = *found;
}

}  // namespace rehearse
