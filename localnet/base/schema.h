// Writes the JSON Schema (draft 7) of what the decoder reads, for editors: from the same describe()
// (decode.h), so that a field is named once and the schema cannot say anything else than the decoder does.
//
//   Schema s = schema_of<Pace>("Pace");
//
// A schema speaks of one field at a time: rules between fields are the decoder's alone. It is stricter in one
// thing: the decoder takes any plain scalar for a string, the schema wants quotes around 1.10, true and null.
#pragma once

#include <string>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/base/json.h"

namespace rehearse {

using Schema = nlohmann::ordered_json;  // in the order in which the fields are described

class SchemaWriter {
 public:
  template <class T>
  void required(const char* key, T&, const char* doc) {
    add(key, doc, type_of<T>());
    required_.push_back(key);
  }
  template <class T>
  void optional(const char* key, T& field, const char* doc) {
    auto type = type_of<T>();
    if (auto value = written(field); !value.empty()) type["default"] = std::move(value);
    add(key, doc, std::move(type));
  }

  template <NamedEnum T>
  void optional(const char* key, std::optional<T>&, const char* doc, const char* none) {
    auto type = type_of<T>();
    type["enum"].insert(type["enum"].begin(), none);
    type["default"] = none;
    add(key, doc, std::move(type));
  }

  void alias(const char*, const char*) {}  // an editor offers the new spelling

  Schema object() const;

  // The schema of a T wherever it stands.
  template <class T>
  static Schema type_of();

 private:
  void add(const char* key, const char* doc, Schema type);

  // A default as one would write it; null for what has no short form.
  template <class T>
  static Schema written(const T& value);

  Schema properties_ = Schema::object();
  std::vector<std::string> required_;
};

namespace internal {
Schema duration_schema();
Schema of_type(const char* name);
Schema as_file(const char* title, Schema object);
}  // namespace internal

template <class T>
Schema SchemaWriter::type_of() {
  if constexpr (std::is_same_v<T, nlohmann::json>) {
    return Schema::object();  // anything
  } else if constexpr (std::is_same_v<T, std::string>) {
    return internal::of_type("string");
  } else if constexpr (std::is_same_v<T, bool>) {
    return internal::of_type("boolean");
  } else if constexpr (std::is_integral_v<T>) {
    auto type = internal::of_type("integer");
    if (std::is_unsigned_v<T>) type["minimum"] = 0;
    return type;
  } else if constexpr (std::is_floating_point_v<T>) {
    return internal::of_type("number");
  } else if constexpr (std::is_same_v<T, Duration>) {
    return internal::duration_schema();
  } else if constexpr (NamedEnum<T>) {
    auto type = Schema::object();
    for (const auto& [name, e] : names(T{})) type["enum"].push_back(name);
    return type;
  } else if constexpr (internal::is_located<T>::value) {
    return type_of<decltype(T::value)>();
  } else if constexpr (internal::is_optional<T>::value) {
    return type_of<typename T::value_type>();
  } else if constexpr (internal::is_ordered<T>::value || internal::is_string_map<T>::value) {
    auto type = internal::of_type("object");
    type["additionalProperties"] = type_of<std::decay_t<decltype(T{}.begin()->second)>>();
    return type;
  } else if constexpr (internal::is_vector<T>::value) {
    auto type = internal::of_type("array");
    type["items"] = type_of<typename T::value_type>();
    return type;
  } else {
    T defaults{};
    SchemaWriter inner;
    describe(inner, defaults);
    if constexpr (HasShortForm<T>) return Schema{{"anyOf", {internal::of_type("string"), inner.object()}}};
    return inner.object();
  }
}

template <class T>
Schema SchemaWriter::written(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value.empty() ? Schema() : Schema(value);
  } else if constexpr (std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (std::is_same_v<T, Duration>) {
    return to_string(value);
  } else if constexpr (NamedEnum<T>) {
    const auto name = name_of(value);
    return name.empty() ? Schema() : Schema(name);
  } else if constexpr (internal::is_ordered<T>::value) {
    auto object = Schema::object();
    for (const auto& [key, v] : value) object[key] = written(v);
    return object;
  } else {
    return Schema();
  }
}

// The same of a file that may extend another of its kind (yaml_merge.h): nothing is required, and a list may say `add` or
// `replace`.
Schema extending(Schema);

template <class T>
Schema schema_of(const char* title) {
  return internal::as_file(title, SchemaWriter::type_of<T>());
}

}  // namespace rehearse
