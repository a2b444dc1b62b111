#include "harness/faults/target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "localnet/base/text.h"

namespace rehearse {

namespace {

using Names = std::vector<std::string>;

[[noreturn]] void complain(const std::string& what) { throw Error(Blame::scenario, what); }

std::int64_t power_of(const NetworkSection& n, const Names& names) {
  std::int64_t sum = 0;
  for (const auto& [name, power] : n.validators)
    if (std::find(names.begin(), names.end(), name) != names.end()) sum += power;
  return sum;
}

std::int64_t total_power(const NetworkSection& n) { return power_of(n, validator_names(n)); }

// Taken in that order as long as the share of the power stays where `may` says.
Names take_while(const NetworkSection& n, const Names& order, const std::function<bool(std::int64_t)>& may) {
  Names taken;
  for (const auto& name : order) {
    auto with = taken;
    with.push_back(name);
    if (may(power_of(n, with))) taken = std::move(with);
  }
  return taken;
}

Names take_until(const NetworkSection& n, const Names& order, const std::function<bool(std::int64_t)>& enough) {
  Names taken;
  for (const auto& name : order) {
    taken.push_back(name);
    if (enough(power_of(n, taken))) break;
  }
  return taken;
}

// Some of them whose power is exactly that; nothing when there are none such. Few validators: all choices are tried.
std::optional<Names> with_power(const NetworkSection& n, const Names& order, std::int64_t want) {
  constexpr std::size_t kMost = 20;
  if (order.size() > kMost) return std::nullopt;
  for (std::size_t choice = 1; choice < (std::size_t{1} << order.size()); ++choice) {
    Names some;
    for (std::size_t i = 0; i < order.size(); ++i)
      if (choice >> i & 1) some.push_back(order[i]);
    if (power_of(n, some) == want) return some;
  }
  return std::nullopt;
}

Names third(const NetworkSection& n, const Names& order) {
  const auto total = total_power(n);
  const auto found = total % 3 ? std::nullopt : with_power(n, order, total / 3);
  if (!found) complain(fmt::format("no validators have exactly 1/3 of the power, which is {}", total));
  return *found;
}

Names by_choice(const NetworkSection& n, const std::string& who, Random& random) {
  const auto total = total_power(n);
  auto order = validator_names(n);
  random.shuffle(order);
  if (who == "one") return {order.front()};
  if (who == "smallest") return {smallest_validator(n)};
  if (who == "largest")
    return {std::max_element(n.validators.begin(), n.validators.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first};
  if (who == "all" || who == "network") return node_names(n);
  if (who == "third") return third(n, order);
  if (who == "blocking") return take_until(n, order, [total](auto power) { return 3 * power >= total; });
  if (who == "majority") return take_until(n, order, [total](auto power) { return 3 * power > 2 * total; });
  if (who == "minority") {
    auto some = take_while(n, order, [total](auto power) { return 3 * power < total; });
    if (some.empty()) complain("every validator has 1/3 of the power or more: there is no minority");
    return some;
  }
  return {};
}

void must_exist(const NetworkSection& n, const std::string& name) {
  const auto names = node_names(n);
  if (std::find(names.begin(), names.end(), name) == names.end())
    complain(fmt::format("there is no node `{}`; there are {}", name, fmt::join(names, ", ")));
}

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(' '), to = text.find_last_not_of(' ');
  return from == std::string::npos ? "" : text.substr(from, to - from + 1);
}

Names split(const std::string& text, char at) {
  Names parts;
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find(at, from), text.size());
    parts.push_back(trimmed(text.substr(from, to - from)));
    from = to + 1;
  }
  return parts;
}

Target one_link(const NetworkSection& n, const std::string& text) {
  const auto arrow = text.find("->");
  if (arrow == std::string::npos) complain("expected `link FROM->TO`, found `link " + text + "`");
  const auto from = trimmed(text.substr(0, arrow)), to = trimmed(text.substr(arrow + 2));
  for (const auto& end : {from, to})
    if (end != "provider") must_exist(n, end);
  if (from == to) complain("a link leads from one node to another: " + text);
  Target t;
  for (const auto& end : {from, to})
    if (end != "provider") t.nodes.push_back(end);
  t.links = {{from, to}};
  return t;
}

// Links between the groups, both ways; whoever is in none of them stays connected with all.
Target between(const NetworkSection& n, const std::vector<Names>& groups) {
  Target t;
  for (const auto& group : groups) {
    t.nodes.insert(t.nodes.end(), group.begin(), group.end());
    for (const auto& other : groups)
      if (&group != &other)
        for (const auto& from : group)
          for (const auto& to : other) t.links.emplace_back(from, to);
    if (3 * power_of(n, group) <= 2 * total_power(n)) t.cut_off.insert(t.cut_off.end(), group.begin(), group.end());
  }
  return t;
}

Target partition(const NetworkSection& n, const std::string& text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}')
    complain("expected `partition {A, B | C, D}`, found `partition " + text + "`");
  std::vector<Names> groups;
  Names seen;
  for (const auto& part : split(text.substr(1, text.size() - 2), '|')) {
    groups.push_back(split(part, ','));
    for (const auto& name : groups.back()) {
      must_exist(n, name);
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) complain(name + " stands in the partition twice");
      seen.push_back(name);
    }
  }
  if (groups.size() < 2) complain("a partition has at least two groups: {A, B | C, D}");
  return between(n, groups);
}

}  // namespace

Target isolate(const NetworkSection& n, std::vector<std::string> nodes) {
  Names others;
  for (const auto& name : node_names(n))
    if (std::find(nodes.begin(), nodes.end(), name) == nodes.end()) others.push_back(name);
  std::vector<Names> groups = {nodes, others};
  if (others.empty()) {
    groups.clear();
    for (const auto& name : nodes) groups.push_back({name});
  }
  auto t = between(n, groups);
  t.nodes = std::move(nodes);
  return t;
}

Target choose_target(const NetworkSection& n, const std::string& who, Random& random) {
  if (who.starts_with("link ")) return one_link(n, trimmed(who.substr(5)));
  if (who.starts_with("partition ")) return partition(n, trimmed(who.substr(10)));
  Target t;
  t.proposer = who == "proposer";
  if (who == "proposer" || who == "provider") return t;
  t.nodes = by_choice(n, who, random);
  if (t.nodes.empty()) {
    must_exist(n, who);
    t.nodes = {who};
  }
  return t;
}

}  // namespace rehearse
