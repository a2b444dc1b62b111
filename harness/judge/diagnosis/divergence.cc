// Nodes that disagree: about the state after a block, or about the block itself.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/judge/diagnosis/rules.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

using ByValue = std::map<std::string, std::vector<std::string>>;  // value -> nodes

Groups in_order(const NetworkView& v, const ByValue& values) {
  Groups groups(values.begin(), values.end());
  std::ranges::sort(groups, {}, [&](const auto& g) { return std::pair(v.power_of(g.second), g.second.front()); });
  return groups;
}

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
ByValue blocks_at(const NetworkView& v, std::int64_t height) {
  ByValue groups;
  for (const auto& [name, n] : v.nodes)
    if (const auto found = n.block_hashes.find(height); found != n.block_hashes.end())
      groups[found->second].push_back(name);
  return groups;
}

// What each node holds as the state after `height`: its own word, or, when it was not asked in time but has
// gone on to commit the next block, what that block's header says.
ByValue states_after(const NetworkView& v, std::int64_t height) {
  ByValue groups;
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
                                                 ByValue (*groups_at)(const NetworkView&, std::int64_t)) {
  for (const auto height : heights)
    if (const auto groups = groups_at(v, height); groups.size() > 1) return {height, in_order(v, groups)};
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
    if (a.checkpoint != kStopped || a.question != kStoreHashes || a.height != d.height || !a.answered)
      continue;
    ++nodes;
    for (const auto& store : a.value) told[store.value("name", "?")].insert(store.dump());
  }
  std::vector<std::string> differ;
  if (nodes < d.groups.size()) return differ;
  for (const auto& [name, values] : told)
    if (values.size() > 1) differ.push_back(name);
  return differ;
}

// "store mint, key 0xf0: absent on validator-4, 0x01 on validator-1", of each key that was found to differ.
std::vector<std::string> keys_that_differ(const NetworkView& v, const Divergence& d) {
  const auto value = [](const record::Json& j) { return j.is_string() ? j.get<std::string>() : "absent"; };
  std::vector<std::string> all;
  for (const auto& seen : v.answers) {
    const auto& a = seen.answer;
    if (a.checkpoint != kStopped || a.question != kStateDifference || a.height != d.height || !a.answered)
      continue;
    const auto with = a.args.contains("with") ? a.args.at("with") : "";
    for (const auto& store : a.value) {
      const auto name = store.value("store", "?");
      for (const auto& k : store.value("keys", record::Json::array()))
        all.push_back(fmt::format("store {}, key {}: {} on {}, {} on {}", name, k.value("key", "?"),
                                  value(k["here"]), seen.node, value(k["there"]), with));
      if (const auto more = store.value("more", std::int64_t{0}); more > 0)
        all.push_back(fmt::format("store {}: {} more keys", name, more));
      if (const auto trouble = store.value("trouble", ""); !trouble.empty())
        all.push_back(fmt::format("store {}: {}", name, trouble));
    }
  }
  return all;
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
  if (!stores.empty())
    d.first_evidence = fmt::format("stores {}: {}", fmt::join(stores, ", "), d.first_evidence);
  d.consequences = keys_that_differ(v, *found);
  if (!d.consequences.empty()) d.proven_by += "; " + d.consequences.front();
  d.where.height = height;
  for (const auto& [hash, nodes] : groups)
    d.groups.push_back({"app hash " + hash.substr(0, 8), nodes, power_text(v, nodes)});
  return d;
}

namespace {

// Nodes that hold a block's header against their own state, and find another value in that field.
Found header_differs(const NetworkView& v, Cause cause, const std::set<std::string>& fields,
                     const char* what) {
  const auto of_field = [&](const NodeView&, const SeenLine& l) {
    return !l.line.captures.empty() && fields.contains(l.line.captures[0]);
  };
  const auto shown = nodes_showing(v, Pattern::wrong_header, of_field);
  if (shown.nodes.empty()) return std::nullopt;
  auto d = make_diagnosis(v, cause,
                          fmt::format("{} in the header of a block is not what these nodes have: {}",
                                      shown.first->line.captures[0], what),
                          shown);
  const auto& n = v.nodes.at(shown.nodes.front());
  d.where.height = n.stored.empty() ? 0 : n.stored.rbegin()->first;
  return d;
}

}  // namespace

namespace {

// Of one block, each node's results of its transactions.
using Results = std::map<std::string, const record::Json*>;

std::map<std::int64_t, Results> results_by_height(const NetworkView& v) {
  std::map<std::int64_t, Results> all;
  for (const auto& seen : v.answers)
    if (seen.answer.checkpoint == kStopped && seen.answer.question == kBlockResults && seen.answer.answered)
      all[seen.answer.height][seen.node] = &seen.answer.value;
  return all;
}

struct Difference {
  std::int64_t height = 0;
  std::size_t transaction = 0;
  std::string field;
  Groups groups;
};

// The first transaction, and the first of its fields, that differs.
std::optional<Difference> first_result_that_differs(const NetworkView& v) {
  for (const auto& [height, results] : results_by_height(v)) {
    std::size_t most = 0;
    for (const auto& [node, r] : results) most = std::max(most, r->size());
    for (std::size_t i = 0; i < most; ++i)
      for (const char* field : {"code", "gas_used", "gas_wanted", "data"}) {
        ByValue groups;
        for (const auto& [node, r] : results)
          groups[i < r->size() ? text_of((*r)[i].value(field, record::Json())) : "none"].push_back(node);
        if (groups.size() > 1) return Difference{height, i, field, in_order(v, groups)};
      }
  }
  return std::nullopt;
}

}  // namespace

Found results_divergence(const NetworkView& v) {
  auto d = header_differs(v, Cause::results_divergence, {"LastResultsHash"},
                          "code, data or gas of a transaction of the block before");
  if (!d) return d;
  const auto first = first_result_that_differs(v);
  if (!first) return d;
  std::vector<std::string> values;
  for (const auto& [value, nodes] : first->groups) {
    values.push_back(fmt::format("{} on {}", value.substr(0, 64), fmt::join(nodes, ", ")));
    d->groups.push_back({fmt::format("{} {}", first->field, value.substr(0, 64)), nodes, power_text(v, nodes)});
  }
  d->where.height = first->height;
  d->proven_by = fmt::format("{} of transaction {} of block {} is {}", first->field, first->transaction + 1,
                             first->height, fmt::join(values, ", "));
  return d;
}

Found validators_divergence(const NetworkView& v) {
  return header_differs(v, Cause::validators_divergence,
                        {"ValidatorsHash", "NextValidatorsHash", "ConsensusHash"},
                        "the validator set, or the consensus parameters");
}

Found app_version_divergence(const NetworkView& v) {
  return header_differs(v, Cause::app_version_divergence, {"Version"}, "the application's protocol version");
}

}  // namespace rehearse
