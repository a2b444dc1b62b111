#include "harness/spec/changes.h"

#include <algorithm>

namespace rehearse {

namespace {

using AnnouncedNames = std::vector<Located<std::string>>;

void check_names(const char* key, const AnnouncedNames& names, bool (*good)(const std::string&),
                 const char* form) {
  for (const auto& [name, where] : names)
    if (!good(name))
      throw Error(Blame::scenario, where + ": changes: " + key + ": `" + name + "` is not " + form);
}

bool is_parameter(const std::string& name) {
  const auto dot = name.find('.');
  return dot != std::string::npos && dot > 0 && dot + 1 < name.size() && name.find('/') == std::string::npos;
}
bool is_route(const std::string& name) { return name.size() > 1 && name.front() == '/'; }
bool is_kind(const std::string& name) { return !name.empty(); }
bool is_event(const std::string& name) { return !name.empty() && name.front() != '.' && name.back() != '.' && name.find_first_of("/ ") == std::string::npos; }
bool is_part_of_message(const std::string& text) { return text.size() >= 5; }
bool is_store(const std::string& name) { return !name.empty() && name.front() != '/' && name.back() != '/'; }

nlohmann::json names_to_json(const AnnouncedNames& names) {
  auto all = nlohmann::json::array();
  for (const auto& name : names) all.push_back(name.value);
  return all;
}

AnnouncedNames names_from_json(const nlohmann::json& j, const char* key) {
  AnnouncedNames names;
  for (const auto& name : j.value(key, nlohmann::json::array()))
    names.push_back({name.get<std::string>(), ""});
  return names;
}

}  // namespace

void check_form(const Changes& c) {
  check_names("parameters", c.parameters, is_parameter, "a module and its field, as staking.max_validators");
  check_names("queries", c.queries, is_route, "a route, as /cosmos.bank.v1beta1.Query/Params");
  check_names("transactions", c.transactions, is_kind, "a kind of transaction");
  check_names("events", c.events, is_event, "a type of event, or type.attribute, as transfer.recipient");
  check_names("errors", c.errors, is_part_of_message, "part of a message: give it five letters at least");
  check_names("records", c.records, is_store, "a store, or store/prefix, as bank/supply");
}

Changes merged(Changes a, const Changes& b) {
  const auto add = [](AnnouncedNames& to, const AnnouncedNames& more) {
    to.insert(to.end(), more.begin(), more.end());
  };
  add(a.parameters, b.parameters), add(a.queries, b.queries);
  add(a.transactions, b.transactions), add(a.events, b.events);
  add(a.records, b.records), add(a.invariants, b.invariants), add(a.errors, b.errors);
  a.supply = a.supply || b.supply;
  return a;
}

bool announces(const AnnouncedNames& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const auto& n) {
    const auto& above = n.value;
    return name == above || (name.starts_with(above) && (name[above.size()] == '.' || name[above.size()] == '/'));
  });
}

bool announces_error(const AnnouncedNames& texts, const std::string& message) {
  return std::ranges::any_of(texts, [&](const auto& text) { return message.find(text.value) != std::string::npos; });
}

nlohmann::json to_json(const Changes& c) {
  return {{"parameters", names_to_json(c.parameters)},
          {"queries", names_to_json(c.queries)},
          {"transactions", names_to_json(c.transactions)},
          {"events", names_to_json(c.events)},
          {"records", names_to_json(c.records)},
          {"invariants", names_to_json(c.invariants)},
          {"errors", names_to_json(c.errors)},
          {"supply", c.supply}};
}

Changes changes_from_json(const nlohmann::json& j) {
  if (!j.is_object()) return {};
  const auto names = [&j](const char* key) { return names_from_json(j, key); };
  return {names("parameters"), names("queries"), names("transactions"), names("events"), names("records"), names("invariants"), names("errors"), j.value("supply", false)};
}

}  // namespace rehearse
