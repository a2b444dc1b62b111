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

}  // namespace rehearse
