#include "localnet/cosmos/descriptors.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

#include "localnet/base/sha256.h"
#include "localnet/cosmos/keys.h"

namespace rehearse {

namespace pb = google::protobuf;
using Json = nlohmann::json;

// What cannot be built is left out; nobody wants to read of it.
class IgnoredErrors : public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string&, const std::string&, const pb::Message*, ErrorLocation,
                const std::string&) override {}
};

struct Descriptors::Pool {
  pb::DescriptorPool files;
  mutable pb::DynamicMessageFactory factory{&files};
};

namespace {

// Numbers of options that libprotobuf does not know, from their public .proto files.
constexpr int kHttpRule = 72295728;  // google/api/annotations.proto
constexpr int kHttpGet = 2;
constexpr int kScalar = 93002;      // cosmos_proto/cosmos.proto
constexpr int kCustomType = 65003;  // gogoproto/gogo.proto

// A text option; empty: it is not set.
std::string text_option(const pb::UnknownFieldSet& options, int number) {
  for (int i = 0; i < options.field_count(); ++i) {
    const auto& f = options.field(i);
    if (f.number() == number && f.type() == pb::UnknownField::TYPE_LENGTH_DELIMITED)
      return f.length_delimited();
  }
  return "";
}

struct HttpRule {
  bool given = false;
  std::string get;  // empty: it is another verb's
};

HttpRule http_rule(const pb::MethodDescriptor& m) {
  const auto& options = m.options();
  const auto written = text_option(options.GetReflection()->GetUnknownFields(options), kHttpRule);
  if (written.empty()) return {};
  pb::UnknownFieldSet rule;
  return {true, rule.ParseFromString(written) ? text_option(rule, kHttpGet) : ""};
}

bool is_decimal(const pb::FieldDescriptor& f) {
  if (f.type() != pb::FieldDescriptor::TYPE_STRING && f.type() != pb::FieldDescriptor::TYPE_BYTES)
    return false;
  const auto& options = f.options();
  const auto& unknown = options.GetReflection()->GetUnknownFields(options);
  const auto type = text_option(unknown, kCustomType);
  return text_option(unknown, kScalar) == "cosmos.Dec" || type.ends_with("Dec");
}

// On the wire a decimal is a whole number, scaled by 10^18; some modules write it out, with its point.
std::string unscaled(std::string digits) {
  constexpr std::size_t kPlaces = 18;
  const bool negative = digits.starts_with("-");
  if (negative) digits.erase(0, 1);
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c); }))
    return (negative ? "-" : "") + digits;
  if (digits.size() <= kPlaces) digits.insert(0, kPlaces + 1 - digits.size(), '0');
  digits.insert(digits.size() - kPlaces, ".");
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with(".")) digits += "0";
  return (negative ? "-" : "") + digits;
}

// "1814400s", "0.5s"
std::string duration_text(const pb::Message& m) {
  const auto number = [&](const char* field) -> std::int64_t {
    const auto* f = m.GetDescriptor()->FindFieldByName(field);
    if (!f || f->is_repeated()) throw std::invalid_argument("a duration without " + std::string(field));
    if (f->cpp_type() == pb::FieldDescriptor::CPPTYPE_INT64) return m.GetReflection()->GetInt64(m, f);
    if (f->cpp_type() == pb::FieldDescriptor::CPPTYPE_INT32)
      return static_cast<std::int64_t>(m.GetReflection()->GetInt32(m, f));
    throw std::invalid_argument("a duration without " + std::string(field));
  };
  auto text = std::to_string(number("seconds"));
  if (const auto nanos = number("nanos")) {
    auto digits = std::to_string(nanos < 0 ? -nanos : nanos);
    digits.insert(0, 9 - std::min<std::size_t>(9, digits.size()), '0');
    text += "." + digits.substr(0, digits.find_last_not_of('0') + 1);
  }
  return text + "s";
}

Json json_of(const pb::Message& m, int depth);

// `index` < 0: the field is no list.
Json value_of(const pb::Message& m, const pb::FieldDescriptor& f, int index, int depth) {
  const auto& r = *m.GetReflection();
  const bool list = index >= 0;
  switch (f.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return list ? r.GetRepeatedInt32(m, &f, index) : r.GetInt32(m, &f);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return list ? r.GetRepeatedInt64(m, &f, index) : r.GetInt64(m, &f);
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return list ? r.GetRepeatedUInt32(m, &f, index) : r.GetUInt32(m, &f);
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return list ? r.GetRepeatedUInt64(m, &f, index) : r.GetUInt64(m, &f);
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return list ? r.GetRepeatedDouble(m, &f, index) : r.GetDouble(m, &f);
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return list ? r.GetRepeatedFloat(m, &f, index) : r.GetFloat(m, &f);
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return list ? r.GetRepeatedBool(m, &f, index) : r.GetBool(m, &f);
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      const int number = list ? r.GetRepeatedEnumValue(m, &f, index) : r.GetEnumValue(m, &f);
      const auto* named = f.enum_type()->FindValueByNumber(number);
      return named ? Json(named->name()) : Json(number);
    }
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      const auto text = list ? r.GetRepeatedString(m, &f, index) : r.GetString(m, &f);
      if (is_decimal(f)) return unscaled(text);
      return f.type() == pb::FieldDescriptor::TYPE_BYTES
                 ? base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})
                 : text;
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return json_of(list ? r.GetRepeatedMessage(m, &f, index) : r.GetMessage(m, &f), depth + 1);
  }
  return nullptr;
}

Json json_of(const pb::Message& m, int depth) {
  constexpr int kDeepest = 6;  // a message may hold itself
  if (depth > kDeepest) return "...";
  const auto& type = *m.GetDescriptor();
  if (type.full_name() == "google.protobuf.Duration" || type.full_name() == "google.protobuf.Timestamp")
    return duration_text(m);
  auto object = Json::object();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& f = *type.field(i);
    if (const auto* choice = f.real_containing_oneof(); choice && !m.GetReflection()->HasField(m, &f))
      continue;
    if (!f.is_repeated()) {
      object[f.name()] = value_of(m, f, -1, depth);
      continue;
    }
    auto list = Json::array();
    for (int k = 0; k < m.GetReflection()->FieldSize(m, &f); ++k) list.push_back(value_of(m, f, k, depth));
    if (f.is_map()) std::sort(list.begin(), list.end());  // it has no order of its own
    object[f.name()] = std::move(list);
  }
  return object;
}

void flatten_into(Json& flat, const std::string& prefix, const Json& object) {
  constexpr std::size_t kLongest = 2000;
  for (const auto& [key, value] : object.items()) {
    const auto name = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object() && !value.empty()) {
      flatten_into(flat, name, value);
      continue;
    }
    const auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    flat[name] = text.size() <= kLongest ? Json::parse(text) : Json("sha256:" + sha256_hex(text));
  }
}

bool is_version(const std::string& part) {
  return part.size() > 1 && part.front() == 'v' && std::isdigit(static_cast<unsigned char>(part[1]));
}

}  // namespace

std::string module_of_package(const std::string& package) {
  std::string rest = package;
  for (;;) {
    const auto dot = rest.rfind('.');
    const auto part = dot == std::string::npos ? rest : rest.substr(dot + 1);
    if (!is_version(part) || dot == std::string::npos) return part;
    rest.resize(dot);
  }
}

bool is_rest_route(const std::string& route) {
  return route.substr(0, route.find('/', 1)).find('.') == std::string::npos;
}

std::string module_of_route(const std::string& route) {
  if (!is_rest_route(route)) {
    const auto service = route.substr(1, route.find('/', 1) - 1);
    return module_of_package(service.substr(0, service.rfind('.')));
  }
  std::string before, part;
  std::istringstream parts(route);
  while (std::getline(parts, part, '/')) {
    if (is_version(part)) return before;
    before = part;
  }
  return "";
}

std::string service_of_route(const std::string& route) {
  if (!is_rest_route(route)) return route.substr(0, route.rfind('/'));
  std::string prefix, part;
  std::istringstream parts(route.substr(1));
  while (std::getline(parts, part, '/')) {
    prefix += "/" + part;
    if (is_version(part)) break;
  }
  return prefix;
}

Json flattened(const Json& object) {
  auto flat = Json::object();
  flatten_into(flat, "", object);
  return flat;
}

Descriptors::Descriptors(const std::string& answer) : pool_(std::make_unique<Pool>()) {
  // The answer has the form of a FileDescriptorSet: files in field 1.
  pb::FileDescriptorSet set;
  if (!set.ParseFromString(answer) || !set.file_size())
    throw std::invalid_argument("these are no file descriptors");
  std::map<std::string, const pb::FileDescriptorProto*> by_name;
  for (const auto& file : set.file()) by_name.emplace(file.name(), &file);
  pool_->files.AllowUnknownDependencies();
  IgnoredErrors errors;
  // Each after what it imports.
  const std::function<void(const pb::FileDescriptorProto&)> build = [&](const pb::FileDescriptorProto& file) {
    if (!by_name.erase(file.name())) return;
    for (const auto& import : file.dependency())
      if (const auto found = by_name.find(import); found != by_name.end()) build(*found->second);
    const auto* built = pool_->files.BuildFileCollectingErrors(file, &errors);
    for (int s = 0; built && s < built->service_count(); ++s) {
      const auto& service = *built->service(s);
      if (service.name() == "Msg") continue;
      for (int i = 0; i < service.method_count(); ++i) {
        const auto& m = *service.method(i);
        const auto rule = http_rule(m);
        if (m.client_streaming() || m.server_streaming() || (rule.given && rule.get.empty())) continue;
        queries_.push_back({"/" + service.full_name() + "/" + m.name(), module_of_package(built->package()),
                            rule.get.find('{') == std::string::npos ? rule.get : "",
                            m.name().ends_with("Params")});
      }
    }
  };
  for (const auto& file : set.file()) build(file);
  std::sort(queries_.begin(), queries_.end(), [](const auto& a, const auto& b) { return a.route < b.route; });
}

Descriptors::~Descriptors() = default;

Json Descriptors::parameters(const std::string& route, const std::string& answer) const {
  auto name = route.substr(1);
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* method = pool_->files.FindMethodByName(name);
  if (!method) throw std::invalid_argument(route + ": there is no such method");
  const std::unique_ptr<pb::Message> message(pool_->factory.GetPrototype(method->output_type())->New());
  if (!message->ParseFromString(answer))
    throw std::invalid_argument(route + ": its answer is not what its descriptor says");
  auto all = json_of(*message, 0);
  const auto params = all.find("params");
  return flattened(params != all.end() && params->is_object() ? *params : all);
}

}  // namespace rehearse
