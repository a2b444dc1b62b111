// Nodes that disagree: about the state after a block, or about the block itself.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/diagnosis/rules.h"

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

// The block that each node holds at `height`.
Groups blocks_at(const NetworkView& v, std::int64_t height) {
  Groups groups;
  for (const auto& [name, n] : v.nodes)
    if (const auto found = n.block_hashes.find(height); found != n.block_hashes.end())
      groups[found->second].push_back(name);
  return groups;
}

// What each node holds as the state after `height`: its own word, or, when it was not asked in time but has gone on to
// commit the next block, what that block's header says.
Groups states_after(const NetworkView& v, std::int64_t height) {
  Groups groups;
  const auto agreed = v.agreed_app_hash(height);
  for (const auto& [name, n] : v.nodes) {
    if (const auto found = n.app_hashes.find(height); found != n.app_hashes.end())
      groups[found->second].push_back(name);
    else if (!agreed.empty() && n.committed_at(height + 1))
      groups[agreed].push_back(name);
  }
  return groups;
}

// The first of the heights at which nodes differ.
std::pair<std::int64_t, Groups> first_difference(const NetworkView& v, const std::set<std::int64_t>& heights,
                                                 Groups (*groups_at)(const NetworkView&, std::int64_t)) {
  for (const auto height : heights)
    if (auto groups = groups_at(v, height); groups.size() > 1) return {height, std::move(groups)};
  return {0, {}};
}

}  // namespace

Found conflicting_blocks(const NetworkView& v) {
  const auto [height, groups] = first_difference(v, v.block_hashes.disputed, blocks_at);
  if (groups.empty()) return std::nullopt;
  auto d = make_diagnosis(v, Cause::conflicting_blocks, fmt::format("two blocks at height {}", height),
                          {outside_majority(v, groups), nullptr});
  d.first_evidence = describe(v, groups);
  return d;
}

std::optional<Divergence> first_divergence(const NetworkView& v) {
  auto [height, groups] = first_difference(v, v.states.disputed, states_after);
  if (groups.empty()) return std::nullopt;
  return Divergence{height, std::move(groups)};
}

namespace {

// Names of the stores that one node of each group told, and that are not the same everywhere.
std::vector<std::string> stores_that_differ(const NetworkView& v, const Divergence& d) {
  std::map<std::string, std::set<std::string>> told;  // store -> what was told of it
  std::size_t nodes = 0;
  for (const auto& seen : v.answers) {
    const auto& a = seen.answer;
    if (a.checkpoint != kStopped || a.question != kStoreHashes || a.height != d.height || !a.answered) continue;
    ++nodes;
    for (const auto& store : a.value) told[store.value("name", "?")].insert(store.dump());
  }
  std::vector<std::string> differ;
  if (nodes < d.groups.size()) return differ;
  for (const auto& [name, values] : told)
    if (values.size() > 1) differ.push_back(name);
  return differ;
}

}  // namespace

Found app_hash_divergence(const NetworkView& v) {
  const auto found = first_divergence(v);
  if (!found) return std::nullopt;
  const auto& [height, groups] = *found;
  auto shown = nodes_showing(v, Pattern::wrong_app_hash, any_line);
  shown.nodes = outside_majority(v, groups);
  auto proof = fmt::format("app hashes after block {} differ: {}", height, describe(v, groups));
  const auto stores = stores_that_differ(v, *found);
  if (!stores.empty()) proof += fmt::format("; stores that differ: {}", fmt::join(stores, ", "));
  auto d = make_diagnosis(v, Cause::app_hash_divergence, proof, shown);
  if (d.first_evidence.empty())
    d.first_evidence = fmt::format("app hash after block {}: {}", height, describe(v, groups));
  if (!stores.empty()) d.first_evidence = fmt::format("stores {}: {}", fmt::join(stores, ", "), d.first_evidence);
  return d;
}

}  // namespace rehearse
