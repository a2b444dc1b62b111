#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/plans/plan.h"
#include "localnet/base/encode.h"

namespace rehearse {

namespace {

std::string network_in_words(const NetworkSection& n) {
  std::vector<std::string> powers;
  for (const auto& [name, power] : n.validators) powers.push_back(std::to_string(power));
  auto words = fmt::format("{} validators, {} of the power", powers.size(), fmt::join(powers, ", "));
  if (!n.full_nodes.empty()) words += fmt::format("; {} does not validate", fmt::join(n.full_nodes, ", "));
  for (const auto& [name, stake] : n.inactive) words += fmt::format("; {} waits outside with {}", name, stake);
  for (const auto& [node, files] : n.nodes)
    for (const auto* values : {&files.app_toml, &files.config_toml})
      for (const auto& [key, setting] : *values) words += fmt::format("; {} has {} = {}", node, key, setting.value.dump());
  if (n.population.accounts) words += fmt::format("; {} accounts, {} delegations", n.population.accounts, n.population.delegations);
  return words;
}

std::string supervisors_in_words(const NetworkSection& n) {
  std::string words = n.supervisor == SupervisorKind::bare ? "operators switch the binary by hand" : "Cosmovisor switches the binary";
  for (const auto& [node, kind] : n.supervisors) words += fmt::format("; {}'s operator does it by hand", node);
  for (const auto& node : n.downloads) words += fmt::format("; that of {} downloads it", node);
  return words;
}

std::string release_in_words(const ReleaseChoice& choice, const std::string& profile) {
  return choice.empty() ? profile : to_string(choice);
}

// What becomes of the way from one to the other.
std::string end_in_words(const std::string& kind) {
  static const std::map<std::string, std::string> all = {
      {"cancelled", ", called off before its height"}, {"skip", ", skipped at its height"}, {"restore", ", and back from a backup"},
      {"rollback", ", and back"}, {"patch-rollback", " on one node, and back"}, {"provider-rollback", ", and back"}};
  const auto found = all.find(kind);
  return found == all.end() ? "" : found->second;
}

std::string releases_in_words(const Scenario& s, const Profile& p) {
  const auto& kind = s.upgrade.kind;
  if (kind == "config") return fmt::format("{} stays, a setting changes", release_in_words(s.releases.from, p.from));
  if (kind == "model" && p.model) return fmt::format("{} -> {}", p.model->from, p.model->to);
  if (kind.starts_with("provider") && p.provider) return fmt::format("{} -> {}{}", p.provider->from, p.provider->to, end_in_words(kind));
  std::vector<std::string> path = {release_in_words(s.releases.from, p.from), release_in_words(s.releases.to, p.to)};
  if (!s.releases.failing.empty()) path.insert(path.begin() + 1, to_string(s.releases.failing) + ", taken back");
  if (!s.releases.patch.empty()) path.insert(path.begin() + 1, to_string(s.releases.patch));
  return fmt::format("{}{}", fmt::join(path, " -> "), s.expect ? ", which is bad: " + name_of(*s.expect) + " has to be found" : end_in_words(kind));
}

std::string way_in_words(const Scenario& s, const Profile& p) {
  std::vector<std::string> legs;
  for (const auto leg : s.upgrade.legs) legs.push_back(name_of(leg));
  const auto way = s.upgrade.kind == "train" ? fmt::format("train: {}", fmt::join(legs, ", then ")) : s.upgrade.kind;
  return fmt::format("{}: {} ({})", way, releases_in_words(s, p), s.runbook);
}

std::vector<std::string> upgrade_in_words(const UpgradeSection& u) {
  std::vector<std::string> lines;
  if (u.kind == "chain") {
    const auto when = u.lead > 0 ? fmt::format("{} of a voting period after", u.lead) : "right after";
    lines.push_back(fmt::format("{} proposal; its height comes {} the vote", u.expedited ? "an expedited" : "a", when));
    for (const auto& name : u.late) lines.push_back(name + " is late: its operator acts once the others have made blocks");
    lines.push_back(fmt::format("{} blocks after the upgrade", u.blocks_after));
  }
  if (u.kind == "hotfix") lines.push_back(u.breaking ? "all stop at one height" : "as fast as the power allows");
  for (const auto& what : u.afterwards) lines.push_back("afterwards: " + what);
  if (u.joining_node) lines.push_back("a node joins by state sync");
  return lines;
}

}  // namespace

std::string as_yaml(const Scenario& s) { return "# yaml-language-server: $schema=scenario.schema.json\n" + to_yaml(encode(s)); }

std::vector<std::string> in_words(const Scenario& s, const Profile& p) {
  std::vector<std::string> lines = {way_in_words(s, p), network_in_words(s.network), supervisors_in_words(s.network)};
  for (auto& line : upgrade_in_words(s.upgrade)) lines.push_back(std::move(line));
  for (const auto& f : s.faults) lines.push_back(fmt::format("{} + {:.1f} s: {} {} for {:.1f} s", f.when, f.after.seconds(), f.kind, f.who, f.lasts.seconds()));
  if (!s.before.empty()) lines.push_back(fmt::format("checked before: {}", fmt::join(s.before, ", ")));
  lines.push_back(fmt::format("checked after: {}", fmt::join(s.after, ", ")));
  return lines;
}

}  // namespace rehearse
