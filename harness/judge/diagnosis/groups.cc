// Who shows a failure, and what else they have in common.
#include <algorithm>

#include "harness/judge/diagnosis/rules.h"

namespace rehearse {

namespace {

using Had = std::map<std::string, std::set<std::string>>;  // "environment GOMAXPROCS: 1" -> nodes

// Beyond what all nodes were given alike (RunStarted::conditions), the program that each started last.
Had had_by_node(const NetworkView& v) {
  Had had;
  const auto given = v.run ? v.run->conditions.value("given_to_some", record::Json::object()) : record::Json::object();
  for (const auto& [node, items] : given.get<std::map<std::string, std::map<std::string, std::string>>>())
    for (const auto& [key, value] : items) had[key + ": " + value].insert(node);
  for (const auto* n : v.all()) {
    const auto folder = "/nodes/" + n->member.name + "/";
    if (const auto at = n->program.find(folder); at != std::string::npos)
      had["program: " + n->program.substr(at + folder.size())].insert(n->member.name);
  }
  return had;
}

}  // namespace

void tell_groups(const NetworkView& v, record::Diagnosis& d) {
  if (d.groups.empty() && !d.affected_nodes.empty() && d.affected_nodes.size() < v.nodes.size()) {
    std::vector<std::string> others;
    std::ranges::copy_if(v.order, std::back_inserter(others), [&](const std::string& name) {
      return std::ranges::find(d.affected_nodes, name) == d.affected_nodes.end();
    });
    d.groups = {{name_of(d.cause), d.affected_nodes, d.affected_power}, {"not that", others, power_text(v, others)}};
  }
  const auto had = had_by_node(v);
  for (auto& g : d.groups)
    for (const auto& [what, nodes] : had)
      if (nodes == std::set<std::string>(g.nodes.begin(), g.nodes.end())) g.alike.push_back(what);
}

}  // namespace rehearse
