// Nodes that disagree: about the state after a block, or about the block itself.
#include <fmt/format.h>

#include <algorithm>

#include "harness/diagnosis/rules.h"

namespace rehearse {

namespace {

using Groups = std::map<std::string, std::vector<std::string>>;  // value -> nodes

std::string describe(const NetworkView& v, const Groups& groups) {
  std::vector<std::string> parts;
  for (const auto& [value, nodes] : groups)
    parts.push_back(
        fmt::format("{} on {} (power {})", value.substr(0, 8), fmt::join(nodes, ", "), power_text(v, nodes)));
  return fmt::format("{}", fmt::join(parts, "; "));
}

// The nodes of every group but the one with more than 2/3 of the power; all when there is none such.
std::vector<std::string> outside_majority(const NetworkView& v, const Groups& groups) {
  std::vector<std::string> nodes;
  for (const auto& [value, members] : groups) {
    if (3 * v.power_of(members) > 2 * v.total_power()) continue;
    nodes.insert(nodes.end(), members.begin(), members.end());
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

// The first height at which two nodes say something different.
template <class ValuesOf>
std::pair<std::int64_t, Groups> first_difference(const NetworkView& v, ValuesOf values_of) {
  std::map<std::int64_t, Groups> by_height;
  for (const auto& [name, n] : v.nodes)
    for (const auto& [height, value] : values_of(n)) by_height[height][value].push_back(name);
  for (auto& [height, groups] : by_height)
    if (groups.size() > 1) return {height, groups};
  return {0, {}};
}

}  // namespace

Found conflicting_blocks(const NetworkView& v) {
  const auto [height, groups] = first_difference(
      v, [](const NodeView& n) -> auto& { return n.block_hashes; });
  if (groups.empty()) return std::nullopt;
  record::Diagnosis d =
      make_diagnosis(v, "conflicting-blocks", fmt::format("two blocks at height {}", height), {});
  d.affected_nodes = outside_majority(v, groups);
  d.affected_power = power_text(v, d.affected_nodes);
  d.first_evidence = describe(v, groups);
  return d;
}

Found app_hash_divergence(const NetworkView& v) {
  auto [height, groups] = first_difference(
      v, [](const NodeView& n) -> auto& { return n.app_hashes; });
  if (groups.empty()) {
    // Nodes that were not seen at the same height: each against what the chain agreed on in the next header.
    for (const auto& [name, n] : v.nodes)
      for (const auto& [h, hash] : n.app_hashes) {
        const auto agreed = v.agreed_app_hash(h);
        if (agreed.empty() || agreed == hash || (!groups.empty() && h != height)) continue;
        height = h;
        groups[hash].push_back(name);
      }
    if (groups.empty()) return std::nullopt;
    for (const auto& [name, n] : v.nodes)
      if (std::none_of(groups.begin(), groups.end(), [&](const auto& g) {
            return std::find(g.second.begin(), g.second.end(), name) != g.second.end();
          }))
        groups[v.agreed_app_hash(height)].push_back(name);
  }
  Shown shown;
  for (const auto& [name, n] : v.nodes)
    if (const auto* l = n.line("wrong-app-hash"); l && (!shown.first || l->seq < shown.first->seq))
      shown.first = l;
  shown.nodes = outside_majority(v, groups);
  auto d =
      make_diagnosis(v, "app-hash-divergence",
                     fmt::format("app hashes after block {} differ: {}", height, describe(v, groups)), shown);
  if (d.first_evidence.empty())
    d.first_evidence = fmt::format("app hash after block {}: {}", height, describe(v, groups));
  return d;
}

}  // namespace rehearse
