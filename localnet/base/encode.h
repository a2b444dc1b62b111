// Writes plain structs as the YAML that the decoder reads (decode.h), by the same describe(): what is as in a value made without
// words is left out.
//
//   std::string page = to_yaml(encode(scenario));
#pragma once

#include <string>
#include <type_traits>

#include "localnet/base/decode.h"
#include "localnet/base/json.h"

namespace rehearse {

class Encoder {
 public:
  template <class T>
  void required(const char* key, const T& field, const char*) {
    object_[key] = encoded(field);
  }
  template <class T>
  void optional(const char* key, const T& field, const char*) {
    object_[key] = encoded(field);
    optional_.push_back(key);
  }
  template <NamedEnum T>
  void optional(const char* key, const std::optional<T>& field, const char*, const char* none) {
    object_[key] = field ? name_of(*field) : none;
    optional_.push_back(key);
  }
  void alias(const char*, const char*) {}  // the new spelling is written

  template <class T>
  static nlohmann::ordered_json encoded(const T& value);

 private:
  nlohmann::ordered_json without(const nlohmann::ordered_json& defaults) const;

  nlohmann::ordered_json object_ = nlohmann::ordered_json::object();
  std::vector<std::string> optional_;
};

template <class T>
nlohmann::ordered_json Encoder::encoded(const T& value) {
  if constexpr (std::is_same_v<T, nlohmann::json>) {
    return nlohmann::ordered_json::parse(value.dump());
  } else if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (std::is_same_v<T, Duration>) {
    return to_string(value);
  } else if constexpr (NamedEnum<T>) {
    return name_of(value);
  } else if constexpr (internal::is_located<T>::value) {
    return encoded(value.value);
  } else if constexpr (internal::is_optional<T>::value) {
    return value ? encoded(*value) : nlohmann::ordered_json();
  } else if constexpr (internal::is_ordered<T>::value || internal::is_string_map<T>::value) {
    auto object = nlohmann::ordered_json::object();
    for (const auto& [key, v] : value) object[key] = encoded(v);
    return object;
  } else if constexpr (internal::is_vector<T>::value) {
    auto array = nlohmann::ordered_json::array();
    for (const auto& v : value) array.push_back(encoded(v));
    return array;
  } else {
    if constexpr (HasShortForm<T>)
      if (const auto word = word_of(value); !word.empty()) return word;
    T written = value, without_words{};  // describe() takes what can be read into
    Encoder of_value, of_defaults;
    describe(of_value, written), describe(of_defaults, without_words);
    return of_value.without(of_defaults.object_);
  }
}

template <class T>
nlohmann::ordered_json encode(const T& value) {
  return Encoder::encoded(value);
}

// In blocks to the second level, what lies deeper on the line; a text that YAML would read as something else is quoted.
std::string to_yaml(const nlohmann::ordered_json& object);

}  // namespace rehearse
