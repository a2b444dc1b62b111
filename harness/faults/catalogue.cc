#include <fmt/format.h>

#include <algorithm>

#include "harness/faults/kinds.h"
#include "localnet/base/number.h"

namespace rehearse {

bool is_duration(const std::string& text) { return parse_duration(text).has_value(); }

bool is_count(const std::string& text) {
  const auto value = whole_number<std::int64_t>(text);
  return value && *value >= 0;
}

bool is_some_duration(const std::string& text) {
  const auto duration = parse_duration(text);
  return duration && duration->value.count() > 0;
}

bool is_some_count(const std::string& text) { return is_count(text) && text.find_first_not_of('0') != std::string::npos; }

namespace {

std::vector<FaultKind> make_kinds() {
  std::vector<FaultKind> all;
  for (const auto& some : {process_kinds(), file_kinds(), machine_kinds(), link_kinds(), packet_kinds(), consensus_kinds(), governance_kinds(),
                           server_kinds(), provider_kinds(), load_kinds()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace

const std::vector<FaultKind>& fault_kinds() {
  static const auto all = make_kinds();
  return all;
}

const FaultKind* find_fault_kind(const std::string& name) {
  for (const auto& k : fault_kinds())
    if (k.name == name) return &k;
  return nullptr;
}

std::string fault_kind_names() {
  std::string names;
  for (const auto& k : fault_kinds()) names += (names.empty() ? "" : ", ") + std::string(k.name);
  return names;
}

}  // namespace rehearse
