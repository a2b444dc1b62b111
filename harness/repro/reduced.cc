#include "harness/repro/reduced.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "harness/run/scenario_rules.h"
#include "localnet/base/text.h"
#include "localnet/base/yaml_merge.h"

namespace rehearse {

namespace {

// Sections of which every entry can be left out by itself, and those that go as a whole.
const std::vector<std::vector<std::string>> kEntryByEntry = {
    {"before"},           {"after"},           {"network", "full_nodes"}, {"network", "inactive"},   {"network", "environment"},
    {"network", "nodes"}, {"network", "genesis"}, {"network", "app_toml"},   {"network", "config_toml"}, {"upgrade", "late"},
    {"upgrade", "missed"}, {"upgrade", "afterwards"}, {"network", "downloads"}};
const std::vector<std::vector<std::string>> kAsAWhole = {{"network", "population"}, {"network", "restart"}, {"attestations"},
                                                         {"upgrade", "joining_node"}, {"upgrade", "lead"}};

// The node behind these keys; not defined: there is none.
YAML::Node at(YAML::Node node, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    if (!node.IsMap() || !node[key]) return YAML::Node(YAML::NodeType::Undefined);
    node.reset(node[key]);
  }
  return node;
}

// On whom it acted, as a scenario says it: the links between some nodes and the others are a partition.
std::string who_of(const Injection& i, const std::vector<std::string>& network) {
  const auto& t = i.target;
  if (i.who.starts_with("link ") || i.who.starts_with("partition ") || t.proposer || t.nodes.empty() || (t.links.empty() && t.nodes.size() > 1)) return i.who;
  if (t.nodes.size() == 1) return t.nodes.front();
  std::vector<std::string> rest;
  for (const auto& name : network)
    if (std::ranges::find(t.nodes, name) == t.nodes.end()) rest.push_back(name);
  if (rest.empty()) return fmt::format("partition {{{}}}", fmt::join(t.nodes, " | "));
  return fmt::format("partition {{{} | {}}}", fmt::join(t.nodes, ", "), fmt::join(rest, ", "));
}

std::string duration(double seconds) { return fmt::format("{}ms", static_cast<std::int64_t>(seconds * 1000)); }

YAML::Node spec_of(const Injection& i, const std::string& who) {
  YAML::Node f;
  f["do"] = i.kind;
  if (who != "network") f["who"] = who;
  f["when"] = i.when;
  if (i.after_s > 0) f["after"] = duration(i.after_s);
  f["for"] = duration(i.lasts_s);
  for (const auto& [name, value] : i.options) f["with"][name] = value;
  return f;
}

// With its section, when nothing is left in that.
void take_out(YAML::Node root, const std::vector<std::string>& keys) {
  const std::vector<std::string> of_section(keys.begin(), keys.end() - 1);
  auto section = at(root, of_section);
  YAML::Node rest(YAML::NodeType::Sequence);
  if (section.IsMap()) section.remove(keys.back());
  else
    for (const auto& entry : section)
      if (entry.as<std::string>() != keys.back()) rest.push_back(entry);
  if (of_section.empty()) return;
  auto above = at(root, {of_section.begin(), of_section.end() - 1});
  const auto left = section.IsMap() ? section.size() : rest.size();
  if (left == 0) above.remove(of_section.back());
  else if (!section.IsMap()) above[of_section.back()] = rest;
}

}  // namespace

Reducible::Reducible(const std::filesystem::path& scenario, const std::vector<Injection>& planned, std::optional<int> validators) {
  auto root = YAML::Load(read_file(scenario));
  auto whole = read_scenario(scenario);
  if (validators) set_validators(whole, *validators);
  root["network"]["validators"] = YAML::Node(YAML::NodeType::Map);
  for (const auto& [name, power] : whole.network.validators) root["network"]["validators"][name] = power;
  validators_ = whole.network.validators.size();
  waits_ = whole.upgrade.blocks_after > 1;
  auto network = validator_names(whole.network);
  for (const auto& [name, stake] : whole.network.inactive) network.push_back(name);
  network.insert(network.end(), whole.network.full_nodes.begin(), whole.network.full_nodes.end());
  root.remove("draw");
  root.remove("faults");
  for (const auto& i : planned) {
    const auto who = who_of(i, network);
    root["faults"].push_back(spec_of(i, who));
    faults_.push_back(fmt::format("{} of {} at {}", i.kind, who, i.when));
    targets_.push_back(i.target.nodes);
  }
  for (const auto& section : kEntryByEntry) {
    const auto node = at(root, section);
    if (!node || node.size() == 0) continue;
    const bool last_list = section.front() == "after" && node.size() == 1;  // a scenario needs one
    for (auto entry = node.begin(); entry != node.end() && !last_list; ++entry) {
      auto keys = section;
      keys.push_back(node.IsMap() ? entry->first.as<std::string>() : entry->as<std::string>());
      keys_.push_back(keys);
    }
  }
  for (const auto& keys : kAsAWhole)
    if (at(root, keys)) keys_.push_back(keys);
  for (const auto& keys : keys_) parts_.push_back(fmt::format("{}", fmt::join(keys, ": ")));
  text_ = write_yaml(root);
}

Chosen Reducible::faults_on(const std::vector<std::string>& nodes) const {
  Chosen all;
  for (std::size_t i = 0; i < targets_.size(); ++i)
    if (!targets_[i].empty() && std::ranges::all_of(targets_[i], [&](const auto& n) { return std::ranges::count(nodes, n) > 0; })) all.push_back(i);
  return all;
}

std::string Reducible::text(const Chosen& faults, const Chosen& parts, std::size_t validators, bool short_waits) const {
  auto root = YAML::Load(text_);
  YAML::Node kept(YAML::NodeType::Sequence);
  for (const auto i : faults) kept.push_back(root["faults"][i]);
  root.remove("faults");
  if (!faults.empty()) root["faults"] = kept;
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (!std::ranges::binary_search(parts, i)) take_out(root, keys_[i]);
  if (!root["after"]) root["after"].push_back("network-verification");
  if (validators > 0) {
    YAML::Node first;
    for (const auto& entry : at(root, {"network", "validators"}))
      if (first.size() < validators) first[entry.first.as<std::string>()] = entry.second;
    root["network"]["validators"] = first;
  }
  if (short_waits) root["upgrade"]["blocks_after"] = 1;
  return write_yaml(root);
}

}  // namespace rehearse
