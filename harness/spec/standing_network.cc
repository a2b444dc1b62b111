#include "harness/spec/standing_network.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>

#include "localnet/http/url.h"

namespace rehearse {

namespace fs = std::filesystem;

const Ordered<StandingRole>& names(StandingRole) {
  static const Ordered<StandingRole> all = {{"validator", StandingRole::validator}, {"full", StandingRole::full}};
  return all;
}

StandingNetwork read_standing_network(const fs::path& file) {
  auto n = decode_file<StandingNetwork>(file);
  n.file = file;
  const auto root = load_yaml(file);
  const auto fail = [&](const YAML::Node& at, const std::string& what) { complain_at(file.string(), at, what); };
  if (n.nodes.empty()) fail(root["nodes"], "there is no node to look at");
  std::map<std::string, std::string> of_address;
  std::set<std::string> names;
  bool validates = false;
  for (std::size_t i = 0; i < n.nodes.size(); ++i) {
    auto& node = n.nodes[i];
    const auto at = root["nodes"][i];
    if (!RE2::FullMatch(node.name, "[a-z0-9][a-z0-9-]{0,39}")) fail(at["name"], fmt::format("`{}`: a name is of small letters, digits and hyphens, at most 40", node.name));
    if (!names.insert(node.name).second) fail(at["name"], fmt::format("there are two nodes {}", node.name));
    static const std::set<std::string> kTaken = {"network", "operator", "provider", "run", "null"};
    if (kTaken.contains(node.name)) fail(at["name"], fmt::format("`{}` is the name of something else", node.name));
    for (auto* address : {&node.rpc, &node.rest})
      while (address->ends_with('/')) address->pop_back();
    for (const auto& [key, address] : {std::pair{"rpc", node.rpc}, {"rest", node.rest}}) {
      if (!at[key]) continue;
      if (host_of(address).empty()) fail(at[key], fmt::format("`{}`: an address is http://HOST:PORT or https://HOST:PORT", address));
      if (const auto [other, is_new] = of_address.emplace(address, node.name); !is_new) fail(at[key], fmt::format("{} is {}'s address already", address, other->second));
    }
    validates = validates || node.role == StandingRole::validator;
  }
  const auto with_api = std::ranges::find_if(n.nodes, [](const StandingNode& node) { return !node.rest.empty(); });
  if (with_api == n.nodes.end()) fail(root["nodes"], "no node has the address of an API (rest), where the state is asked for");
  for (auto& node : n.nodes)
    if (node.rest.empty()) node.rest = with_api->rest;
  if (!validates) fail(root["nodes"], "no node is a validator: there is nothing that the checklists are about");
  if (n.nodes.size() > 200) fail(root["nodes"], "more than 200 nodes");
  if (n.requests < 1 || n.requests > 1000) fail(root["requests"], "1 to 1000 a second");
  if (n.peers < 0) fail(root["peers"], "a number of peers");
  if (n.ca.empty()) return n;
  n.ca = (fs::absolute(file).parent_path() / n.ca).lexically_normal();
  if (!fs::is_regular_file(n.ca)) fail(root["ca"], n.ca + ": there is no such file");
  return n;
}

}  // namespace rehearse
