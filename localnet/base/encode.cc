#include "localnet/base/encode.h"

#include <yaml-cpp/yaml.h>

namespace rehearse {

namespace {

constexpr int kBlocks = 2;  // levels

bool stays_a_text(const std::string& plain) {
  try {
    return rehearse::to_json(YAML::Load(plain)).is_string();
  } catch (const YAML::Exception&) {  // it begins as something of YAML's own
    return false;
  }
}

void emit_value(YAML::Emitter& out, const nlohmann::ordered_json& value, int depth) {
  if (value.is_object()) {
    out << (depth < kBlocks ? YAML::Block : YAML::Flow) << YAML::BeginMap;
    for (const auto& [key, part] : value.items()) {
      out << YAML::Key << key << YAML::Value;
      emit_value(out, part, depth + 1);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    const bool of_maps = !value.empty() && value.front().is_object();
    out << (depth < kBlocks && of_maps ? YAML::Block : YAML::Flow) << YAML::BeginSeq;
    for (const auto& part : value) emit_value(out, part, kBlocks);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    const auto text = value.get<std::string>();
    if (text.empty() || !stays_a_text(text)) out << YAML::DoubleQuoted;
    out << text;
  } else {
    out << value.dump();
  }
}

}  // namespace

nlohmann::ordered_json Encoder::without(const nlohmann::ordered_json& defaults) const {
  auto kept = object_;
  for (const auto& key : optional_)
    if (kept[key] == defaults[key] || kept[key].is_null()) kept.erase(key);
  return kept;
}

std::string to_yaml(const nlohmann::ordered_json& object) {
  YAML::Emitter out;
  emit_value(out, object, 0);
  return std::string(out.c_str()) + "\n";
}

}  // namespace rehearse
