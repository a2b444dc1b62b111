#include "harness/run/shared_past.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/faults/trigger.h"
#include "harness/judge/checks/checklist.h"
#include "harness/procedures/afterwards.h"
#include "harness/run/network_of.h"
#include "localnet/base/sha256.h"

namespace rehearse {

namespace fs = std::filesystem;
using record::Json;

namespace {

// Those whose steps before the halt are told from the journal alone (harness/procedures/governed.h).
constexpr const char* kForkedProcedures[] = {"chain", "skip", "rollback"};

constexpr std::int64_t kBlocksOfGrowth = 40;  // see the check Growth

bool begins_after_the_halt(const Injection& i) {
  const auto at = parse_trigger(i.when);
  return (at.kind == Trigger::Kind::phase && at.phase > kForksAt) || (at.kind == Trigger::Kind::upgrade_height && at.height >= 0);
}

// CometBFT then refuses to start where the key has signed one of the last blocks: so would a node that is taken up.
bool looks_for_own_signatures(const TomlValues& config_toml) {
  const auto set = config_toml.find("consensus.double_sign_check_height");
  return set != config_toml.end() && set->second.value != 0;
}

}  // namespace

bool goes_on_from_journal(const Inputs& in) {
  return std::ranges::find(kForkedProcedures, in.scenario.upgrade.kind) != std::end(kForkedProcedures);
}

std::string why_not_replayed(const Inputs& in) {
  if (in.provider) return "a provider daemon has workloads";
  if (!in.scenario.network.downloads.empty()) return "its nodes download the release from the run's own server";
  return "";
}

// What a checkpoint does not hold, or what goes on while it would be taken.
std::string why_not_forked(const Inputs& in) {
  const auto& s = in.scenario;
  if (!goes_on_from_journal(in)) return fmt::format("a procedure of the kind {} has no halt to fork before", s.upgrade.kind);
  if (auto why = why_not_replayed(in); !why.empty()) return why;
  if (s.upgrade.height_in || s.upgrade.vote != Vote::yes || !s.upgrade.voters.empty())
    return "its vote is what it is about";
  if (s.network.population.votes) return "a vote is under way all the while";
  if (acts_on_links(in)) return "its faults act on links";
  if (!std::ranges::all_of(in.faults, begins_after_the_halt)) return "its faults begin before the halt";
  if (std::ranges::any_of(in.faults, [](const Injection& i) { return i.kind == "load"; }))
    return "its load is of customers that only it has";
  if (s.upgrade.lead > 0 && s.upgrade.blocks_after >= kBlocksOfGrowth) return "growth is measured over the life of one process";
  const auto& of_one = s.network.nodes;
  if (looks_for_own_signatures(in.profile.config_toml) || looks_for_own_signatures(s.network.config_toml) ||
      std::ranges::any_of(of_one, [](const auto& n) { return looks_for_own_signatures(n.second.config_toml); }))
    return "its nodes do not start where they have just signed";
  return "";
}

namespace {

Json as_json(const TomlValues& values) {
  Json j = Json::object();
  for (const auto& [key, value] : values) j[key] = value.value;
  return j;
}

Json as_json(const Release& r) {
  std::error_code none;
  const auto written = fs::last_write_time(r.archive, none);
  const auto size = fs::file_size(r.archive, none);
  return {{"name", r.name},
          {"plan", r.plan},
          {"archive", r.archive.string()},
          {"remote", r.remote ? r.remote->sha256 : ""},
          {"size", none ? 0 : size},
          {"written", none ? 0 : written.time_since_epoch().count()}};
}

// Variables that only the new release reads part nothing before it runs.
Json as_json(const NodePlan& n, const std::vector<std::string>& of_new_release) {
  auto environment = n.environment;
  for (const auto& variable : of_new_release) environment.erase(variable);
  return {{"name", n.name},
          {"validator", n.validator && n.active},
          {"power", n.power},
          {"environment", environment},
          {"config_toml", as_json(n.config_toml)},
          {"app_toml", as_json(n.app_toml)},
          {"supervisor", name_of(n.supervisor)}};
}

// Lists that are asked before the upgrade only where they follow it.
std::vector<std::string> other_lists(const Scenario& s) {
  auto others = s.after;
  std::erase_if(others, [](const std::string& list) { return !asks_anything(*find_checklist(list)) || std::ranges::count(lists_of_chain(), list); });
  std::ranges::sort(others);
  return others;
}

// What has to be done later is begun before the upgrade.
std::vector<std::string> begun_before(const Scenario& s) {
  auto all = s.upgrade.afterwards;
  std::erase_if(all, [](const std::string& name) { return !find_afterwards(name)->begun_before; });
  return all;
}

}  // namespace

SharedPast shared_past(const Inputs& in, const RunOptions& o) {
  if (auto why = why_not_forked(in); !why.empty()) return {"", std::move(why)};
  if (o.one_release || !o.break_at.empty()) return {"", "it is held"};
  const auto& s = in.scenario;
  const auto network = network_of(in);
  Json nodes = Json::array();
  for (const auto& n : network.nodes) nodes.push_back(as_json(n, in.to.reads));
  const auto& p = s.network.population;
  Json all = {{"harness", o.harness_version},
              {"profile", sha256_hex(in.profile.text)},
              {"defects", in.defects.size()},
              {"from", as_json(in.from)},
              {"to", as_json(in.to)},
              {"cosmovisor", o.cosmovisor.string()},
              {"nodes", nodes},
              {"restart_after_ms", network.restart_after.count()},
              {"pace", s.network.pace},
              {"config_toml", as_json(network.config_toml)},
              {"app_toml", as_json(network.app_toml)},
              {"population", {p.accounts, p.delegations, p.records}},
              {"genesis", network.genesis},
              {"genesis_set", o.genesis},
              {"model", in.model ? in.model->from.sha256 : ""},
              {"procedure", s.upgrade.kind},
              {"expedited", s.upgrade.expedited},
              {"voting_period_s", s.upgrade.voting_period.seconds()},
              {"lead", s.upgrade.lead},
              {"plan_info", static_cast<int>(s.upgrade.plan_info)},
              {"before", s.before},
              {"after", other_lists(s)},
              {"begun_before", begun_before(s)}};
  for (const auto& d : in.defects) all["masked"].push_back({d.name, d.masked});
  return {sha256_hex(all.dump()).substr(0, 16), ""};
}

}  // namespace rehearse
