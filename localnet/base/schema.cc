#include "localnet/base/schema.h"

namespace rehearse {

void SchemaWriter::add(const char* key, const char* doc, Schema type) {
  Schema property = {{"description", doc}};
  property.update(type);
  properties_[key] = std::move(property);
}

Schema SchemaWriter::object() const {
  auto schema = internal::of_type("object");
  schema["additionalProperties"] = false;
  if (!required_.empty()) schema["required"] = required_;
  schema["properties"] = properties_;
  return schema;
}

namespace internal {

Schema of_type(const char* name) { return {{"type", name}}; }

Schema duration_schema() {
  auto type = of_type("string");
  type["pattern"] = "^[0-9]+(\\.[0-9]+)?(ms|s|min|m|h)$";
  return type;
}

Schema as_file(const char* title, Schema object) {
  Schema file = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  file.update(object);
  return file;
}

}  // namespace internal

Schema extending(Schema schema) {
  if (!schema.is_structured()) return schema;
  if (schema.is_object() && schema.contains("type")) schema.erase("required");
  for (auto& inner : schema) inner = extending(std::move(inner));
  if (!schema.is_object() || schema.value("type", "") != "array") return schema;
  Schema either = Schema::object();
  if (schema.contains("description")) either["description"] = schema["description"];
  schema.erase("description");
  either["anyOf"].push_back(schema);
  for (const char* key : {"add", "replace"})  // their items are not repeated: one schema would become nine where lists are nested
    either["anyOf"].push_back({{"type", "object"},
                               {"required", {key}},
                               {"additionalProperties", false},
                               {"properties", {{key, {{"type", "array"}}}}}});
  return either;
}

}  // namespace rehearse
