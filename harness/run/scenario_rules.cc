#include "harness/run/scenario_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/faults/plan.h"
#include "harness/faults/trigger.h"
#include "harness/judge/checks/checklist.h"
#include "harness/record/cause.h"
#include "harness/procedures/afterwards.h"
#include "harness/procedures/procedure.h"
#include "harness/record/event.h"

namespace rehearse {

namespace {

// Of --attest.
struct AttestFile {
  std::map<std::string, std::string> attestations;
};

template <class V>
void describe(V& v, AttestFile& f) {
  v.required("attestations", f.attestations, "item of a pre-upgrade list -> who saw to it, and when");
}

void check_attestations(const YAML::Node& all, const std::string& file) {
  const auto& items = attested_items();
  for (const auto& entry : all)
    if (std::find(items.begin(), items.end(), entry.first.Scalar()) == items.end())
      complain_at(file, entry.first,
                  fmt::format("nobody attests `{}`; there are {}", entry.first.Scalar(), fmt::join(items, ", ")));
}

// Rules between fields, each complaint at the line of the field it is about.
class Rules {
 public:
  Rules(const Scenario& s, const YAML::Node& root) : s_(s), root_(root) {}

  void check() const {
    const auto& n = s_.network;
    if (n.validators.empty()) fail(at("network", "validators"), "a network needs a validator");
    std::set<std::string> names;
    for (const auto& [name, power] : n.validators) {
      const auto where = at("network", "validators", name);
      check_name(where, name, names);
      if (power <= 0) fail(where, "power of " + name + " must be more than 0");
      if (power > 1'000'000'000) fail(where, "power of " + name + " is beyond 1000000000");
    }
    check_inactive(names);
    for (std::size_t i = 0; i < n.full_nodes.size(); ++i)
      check_name(root_["network"]["full_nodes"][i], n.full_nodes[i], names);
    for (const auto& [name, variables] : n.environment)
      if (!names.contains(name)) fail(at("network", "environment", name), "there is no node " + name);
    for (const auto& [name, kind] : n.supervisors)
      if (!names.contains(name)) fail(at("network", "supervisors", name), "there is no node " + name);
    for (const auto& [name, files] : n.nodes)
      if (!names.contains(name)) fail(at("network", "nodes", name), "there is no node " + name);
    for (std::size_t i = 0; i < n.downloads.size(); ++i)
      if (!names.contains(n.downloads[i]) || supervisor_of(n, n.downloads[i]) != SupervisorKind::cosmovisor)
        fail(root_["network"]["downloads"][i], "there is no node " + n.downloads[i] + " under Cosmovisor");
    const auto& p = n.population;
    for (const auto& [key, count] :
         {std::pair{"accounts", p.accounts}, {"delegations", p.delegations}, {"records", p.records}, {"votes", p.votes}}) {
      if (count < 0 || count > 100'000) fail(at("network", "population", key), "0 to 100000");
      if (count && !p.accounts) fail(at("network", "population", key), "whose? give accounts too");
    }
    if (p.votes > p.accounts) fail(at("network", "population", "votes"), "each account has one");
    if (root_["network"]["restart"] && n.restart.after.value <= std::chrono::seconds(0))
      fail(at("network", "restart", "after"), "more than 0: a moment has to pass");
    if (names.size() > 200) fail(at("network", "validators"), "more than 200 nodes");
    try {
      pace_named(n.pace);
    } catch (const Error& e) {
      fail(at("network", "pace"), e.what());
    }
    if (!find_procedure(s_.upgrade.kind))
      fail(at("upgrade", "kind"),
           "there is no procedure `" + s_.upgrade.kind + "`; there are " + procedure_names());
    check_options(*find_procedure(s_.upgrade.kind));
    if (!s_.releases.patch.empty() && !installs_patch(s_.upgrade))
      fail(at("releases", "patch"), "`" + s_.name + "` installs no patch before its upgrade");
    if (!s_.releases.failing.empty() && !has_leg(s_.upgrade, TrainLeg::rollback))
      fail(at("releases", "failing"), "`" + s_.name + "` takes no release back before its upgrade");
    check_legs();
    check_releases();
    check_taken_back();
    if (s_.upgrade.blocks_after < 1) fail(at("upgrade", "blocks_after"), "at least 1 block must follow");
    if (s_.upgrade.blocks_after > record::kMostBlocksAfter)
      fail(at("upgrade", "blocks_after"), "at most " + std::to_string(record::kMostBlocksAfter) + " blocks can follow");
    if (s_.upgrade.voting_period.value < std::chrono::seconds(1))
      fail(at("upgrade", "voting_period"), "at least 1s");
    check_lists(names);
    if (s_.upgrade.lead < 0 || s_.upgrade.lead > 100) fail(at("upgrade", "lead"), "0 to 100 voting periods");
    if (s_.upgrade.drops < 0 || s_.upgrade.drops > 10) fail(at("upgrade", "drops"), "0 to 10 blocks");
    if (!s_.upgrade.set_aside && !uses_cosmovisor(n))
      fail(at("upgrade", "set_aside"), "no node is run by Cosmovisor, which would find it");
    if (s_.upgrade.height_in < 0) fail(at("upgrade", "height_in"), "a number of blocks");
    if (s_.upgrade.cancel_before < 0) fail(at("upgrade", "cancel_before"), "a number of blocks");
    for (std::size_t i = 0; i < s_.defects.mask.size(); ++i)
      if (const auto& keep = s_.defects.keep;
          std::find(keep.begin(), keep.end(), s_.defects.mask[i]) != keep.end())
        fail(root_["defects"]["mask"][i], "`" + s_.defects.mask[i] + "` is both kept and masked");
    check_afterwards();
    check_form(s_.changes);
    check_before();
    check_faults();
    if (s_.after.empty()) fail(root_["after"], "nothing would be checked; there are " + checklist_names());
    for (std::size_t i = 0; i < s_.after.size(); ++i)
      if (!find_checklist(s_.after[i]) || is_before(s_.after[i]))
        fail(root_["after"][i], "there is no checklist `" + s_.after[i] + "`; there are " + checklist_names());
    for (std::size_t i = 0; i < s_.after.size(); ++i)
      if (s_.after[i] == "provider-verification" && !needs_of(*find_procedure(s_.upgrade.kind), s_.upgrade).provider)
        fail(root_["after"][i], "`" + s_.name + "` starts no provider daemon that could be checked");
    if (s_.owner && !s_.expect) fail(root_["owner"], "whose failure? it is expected to pass");
    if (s_.incident.find('\n') != std::string::npos) fail(root_["incident"], "one line");
  }

 private:
  void check_taken_back() const {
    const auto check = [&](const char* key, const ReleaseChoice& c) {
      if (c.fails != Cause::none && !can_be_taken_back(c.fails))
        fail(at("releases", key), fmt::format("what fails with {} makes blocks at the upgrade height, and cannot be taken back", name_of(c.fails)));
    };
    if (s_.upgrade.kind == "rollback") check("to", s_.releases.to);
    check("failing", s_.releases.failing);
  }

  void check_releases() const {
    const auto& r = s_.releases;
    const auto root = root_["releases"];
    const auto check = [&](const YAML::Node& section, const char* key, const ReleaseChoice& c) {
      if (c.empty() && section[key].IsDefined()) fail(section[key], fmt::format("releases: {}: which? a name, a role or what it fails with", key));
      if (c.role != ReleaseRole::none && c.fails != Cause::none)
        fail(section[key], fmt::format("releases: {}: either by its role or by what it fails with", key));
    };
    if (!root.IsDefined()) return;
    check(root, "from", r.from), check(root, "patch", r.patch), check(root, "failing", r.failing), check(root, "to", r.to);
    if (const auto provider = root["provider"]; provider.IsDefined())
      check(provider, "from", r.provider.from), check(provider, "to", r.provider.to);
  }

  void check_inactive(std::set<std::string>& names) const {
    const auto& n = s_.network;
    for (const auto& [name, stake] : n.inactive) {
      const auto where = at("network", "inactive", name);
      check_name(where, name, names);
      if (stake <= 0) fail(where, "stake of " + name + " must be more than 0");
      for (const auto& [other, power] : n.validators)
        if (stake >= power) fail(where, fmt::format("{} would be in the set: it has no less than {}", name, other));
    }
  }

  void check_legs() const {
    const auto written = root_["upgrade"]["legs"];
    if (const auto trouble = trouble_with_legs(s_.upgrade.legs)) fail(trouble->leg ? written[*trouble->leg] : written, trouble->what);
  }

  bool one_has_the_least_power() const {
    std::vector<std::int64_t> powers;
    for (const auto& [name, power] : s_.network.validators) powers.push_back(power);
    return !powers.empty() && std::ranges::count(powers, *std::ranges::min_element(powers)) == 1;
  }

  void check_afterwards() const {
    const auto& wanted = s_.upgrade.afterwards;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto where = root_["upgrade"]["afterwards"][i];
      if (!find_afterwards(wanted[i])) fail(where, fmt::format("there is no `{}`; there are {}", wanted[i], afterwards_names()));
      if (std::count(wanted.begin(), wanted.end(), wanted[i]) > 1) fail(where, "`" + wanted[i] + "` is there twice");
      if (wanted[i] == "validator-set" && s_.network.inactive.empty()) fail(where, "who enters? give the network a validator that is `inactive`");
      if (wanted[i] == "validator-set" && !one_has_the_least_power()) fail(where, "who leaves? let one validator have less power than the others");
      if (wanted[i] == "replay" && !uses_cosmovisor(s_.network)) fail(where, "under what? no node of the network is run by Cosmovisor");
      if (wanted[i] == kUnjail && s_.upgrade.late.empty()) fail(where, "who is jailed? give validators that are `late`");
    }
  }

  void check_faults() const {
    for (std::size_t i = 0; i < s_.faults.size(); ++i) {
      const auto written = root_["faults"][i];
      const auto trouble = trouble_with(s_.faults[i], s_.network);
      if (!trouble.what.empty()) fail(written[trouble.key] ? written[trouble.key] : written, trouble.what);
      if (const auto step = trouble_with_step(s_.faults[i].when, s_); !step.empty()) fail(written["when"], step);
    }
    if (s_.draw.times < 0 || s_.draw.times > 100) fail(at("draw", "times"), "0 to 100 faults");
    for (const auto& [kind, weight] : s_.draw.weights) {
      const auto where = at("draw", "weights", kind);
      if (weight <= 0) fail(where, "a weight must be more than 0");
      if (kind != "nothing" && !find_fault_kind(kind))
        fail(where, "there is no fault `" + kind + "`; there are nothing, " + fault_kind_names());
      if (kind == "nothing") continue;
      if (const auto trouble = trouble_with_drawing(kind, s_.network); !trouble.what.empty()) fail(where, trouble.what);
    }
  }

  void check_before() const {
    for (std::size_t i = 0; i < s_.before.size(); ++i)
      if (!is_before(s_.before[i]))
        fail(root_["before"][i], fmt::format("`{}` is no pre-upgrade list; there are {}, {} and {}", s_.before[i], kDayBefore, kHourBefore, kJustBefore));
    if (root_["attestations"]) check_attestations(root_["attestations"], s_.file.string());
    if (s_.service_levels.scale <= 0) fail(at("service_levels", "scale"), "must be more than 0");
  }

  void check_lists(const std::set<std::string>& names) const {
    struct List {
      const char* key;
      const std::vector<std::string>& nodes;
      bool of_validators, by_hand;
    };
    const auto& u = s_.upgrade;
    const auto validators = validator_names(s_.network);
    for (const auto& [key, nodes, of_validators, by_hand] :
         {List{"voters", u.voters, true, false}, List{"late", u.late, true, true},
          List{"missed", u.missed, false, true}})
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto& name = nodes[i];
        const auto where = root_["upgrade"][key][i];
        if (!names.contains(name)) fail(where, "there is no node " + name);
        if (of_validators && std::find(validators.begin(), validators.end(), name) == validators.end())
          fail(where, name + (by_hand ? " is no validator: that it signs again could not be awaited"
                                      : " is no validator: it has no vote"));
        if (by_hand && supervisor_of(s_.network, name) != SupervisorKind::bare)
          fail(where, name + " is run by Cosmovisor, which acts by itself; give it the supervisor bare");
      }
  }

  // The innermost node on that path that is written.
  YAML::Node at(const char* section, const char* key, const std::string& entry = "") const {
    YAML::Node found = root_;
    for (const auto& step : {std::string(section), std::string(key), entry}) {
      if (!found.IsMap() || !found[step]) break;
      found.reset(found[step]);
    }
    return found;
  }

  // What a procedure would not look at is a mistake.
  void check_options(const Procedure& p) const {
    for (const auto& entry : root_["upgrade"]) {
      auto key = entry.first.as<std::string>();
      if (key == "newcomer") key = "joining_node";  // its old spelling, see describe()
      const bool known = key == "kind" || key == "blocks_after" || std::find(p.takes.begin(), p.takes.end(), key) != p.takes.end();
      if (!known)
        fail(entry.first, fmt::format("the procedure `{}` takes no `{}`; it takes {}", p.name, key, fmt::join(p.takes, ", ")));
    }
  }

  void check_name(const YAML::Node& where, const std::string& name, std::set<std::string>& names) const {
    const bool good = !name.empty() && name.size() <= 40 &&
                      std::all_of(name.begin(), name.end(),
                                  [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
    if (!good) fail(where, "`" + name + "` is no name: letters, digits, - and _");
    if (name == "network" || name == "provider" || name == "operator" || name == "run")
      fail(where, "`" + name + "` is a name with a meaning of its own");
    if (!names.insert(name).second) fail(where, "two nodes are called " + name);
  }

  [[noreturn]] void fail(const YAML::Node& where, const std::string& message) const {
    complain_at(s_.file.string(), where, message);
  }

  const Scenario& s_;
  const YAML::Node& root_;
};

}  // namespace

std::optional<LegTrouble> trouble_with_legs(const std::vector<TrainLeg>& legs) {
  if (std::ranges::count(legs, TrainLeg::chain) != 1) return LegTrouble{{}, "its legs hold one upgrade of the chain"};
  bool patched = false;
  for (std::size_t i = 0; i < legs.size(); ++i) {
    if (std::ranges::count(legs, legs[i]) > 1) return LegTrouble{i, fmt::format("the leg `{}` is there twice", name_of(legs[i]))};
    if (!installs_patch(legs[i])) continue;
    if (patched) return LegTrouble{i, "`patch` and `hotfix` install the same release: one of them"};
    patched = true;
  }
  constexpr std::pair<TrainLeg, const char*> kBeforeTheChain[] = {
      {TrainLeg::patch, "the patch is one of the release before the chain's upgrade, and comes after it"},
      {TrainLeg::hotfix, "the hotfix is one of the release before the chain's upgrade, and comes after it"},
      {TrainLeg::cancelled, "an upgrade that was carried out cannot be cancelled any more"},
      {TrainLeg::skip, "an upgrade that was carried out cannot be skipped any more"},
      {TrainLeg::rollback, "an upgrade that was carried out cannot be taken back any more"}};
  if (const auto config = std::ranges::find(legs, TrainLeg::config); config != legs.end() && config + 1 != legs.end())
    return LegTrouble{static_cast<std::size_t>(config - legs.begin()), "the configuration changes last: what follows sends larger transactions than it lets in"};
  const auto chain = std::ranges::find(legs, TrainLeg::chain);
  for (const auto& [leg, why] : kBeforeTheChain)
    if (const auto found = std::ranges::find(legs, leg); found != legs.end() && chain < found)
      return LegTrouble{static_cast<std::size_t>(found - legs.begin()), why};
  return {};
}

std::string trouble_with_step(const std::string& when, const Scenario& s) {
  const auto trigger = parse_trigger(when);
  const auto known = steps_of(s.upgrade.kind, node_names(s.network));
  if (trigger.kind != Trigger::Kind::step || known.contains(trigger.step)) return "";
  const auto meant = closest(trigger.step, known);
  return fmt::format("the procedure `{}` has no step `{}`{}; it has {}", s.upgrade.kind, trigger.step,
                     meant.empty() ? "" : ", did you mean `" + meant + "`?", fmt::join(known, ", "));
}

Scenario load_scenario(const std::filesystem::path& file) {
  const auto s = read_scenario(file);
  Rules(s, load_yaml(file)).check();
  return s;
}

void attest(Scenario& s, const std::filesystem::path& file) {
  const auto root = load_yaml(file);
  const auto given = decode<AttestFile>(root, file.string());
  check_attestations(root["attestations"], file.string());
  for (const auto& [item, who] : given.attestations) s.attestations[item] = who;
}

void set_validators(Scenario& s, int count) {
  if (count < 1 || count > 100) throw Error(Blame::scenario, "--validators takes 1 to 100");
  s.network.validators.clear();
  for (int i = 1; i <= count; ++i)
    s.network.validators.emplace_back("validator-" + std::to_string(i), 10 + count - i);
  try {
    const auto root = load_yaml(s.file);
    Rules(s, root).check();
  } catch (const Error& e) {
    throw Error(Blame::scenario,
                fmt::format("{}; --validators {} has validator-1 to validator-{}", e.what(), count, count));
  }
}

Suite load_suite(const std::filesystem::path& file) {
  auto suite = read_suite(file);
  for (const auto& scenario : scenario_files(suite, file)) load_scenario(scenario);
  return suite;
}

}  // namespace rehearse
