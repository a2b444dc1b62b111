#include "harness/plans/legality.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/faults/fault.h"
#include "harness/faults/trigger.h"
#include "harness/plans/parts.h"
#include "harness/procedures/procedure.h"
#include "harness/run/scenario_rules.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

std::int64_t power_of(const Scenario& s, const std::vector<std::string>& names) {
  std::int64_t sum = 0;
  for (const auto& [name, power] : s.network.validators) sum += std::ranges::count(names, name) ? power : 0;
  return sum;
}

std::int64_t whole_power(const Scenario& s) { return power_of(s, validator_names(s.network)); }

// With them gone the others cannot commit: they need more than 2/3.
bool stops_the_chain(const Scenario& s, const std::vector<std::string>& gone) { return power_of(s, gone) * 3 >= whole_power(s); }

std::string late_is_awaited(const Scenario& s) {
  if (s.upgrade.late.empty() || !stops_the_chain(s, s.upgrade.late)) return "";
  return fmt::format("the late operators act once the others have made blocks, and hold {} of {} themselves", power_of(s, s.upgrade.late), whole_power(s));
}

std::string one_by_one_stops(const Scenario& s) {
  if (!is_kind(s, {"rolling", "config", "model", "patch-rollback"}) && !has_leg(s.upgrade, TrainLeg::patch) && !has_leg(s.upgrade, TrainLeg::model) && !has_leg(s.upgrade, TrainLeg::config))
    return "";
  for (const auto& [name, power] : s.network.validators)
    if (stops_the_chain(s, {name})) return fmt::format("{} has {} of {}: while it restarts no block is made", name, power, whole_power(s));
  return "";
}

std::string largest_goes_first(const Scenario& s) {
  return s.upgrade.order == RollingOrder::smallest_first ? "" : "the runbook begins with the validator that would be missed least";
}

std::string fault_goes_on(const Scenario& s) {
  for (const auto& f : s.faults)
    if (find_fault_kind(f.kind)->disruptive && f.lasts.value > s.demands.progress.value)
      return fmt::format("{} lasts {} s, and after {} s without a block the run is broken off", f.kind, f.lasts.seconds(), s.demands.progress.seconds());
  return "";
}

std::string signs_twice(const Scenario& s) {
  for (const auto& f : s.faults)
    if (f.kind == "double-sign") return "`double-sign` has a second node sign with a validator's key";
  return "";
}

std::string signing_state_is_older(const Scenario& s) {
  for (const auto& f : s.faults)
    if (f.kind.starts_with("signing-state-")) return fmt::format("after `{}` a validator does not know what it has signed", f.kind);
  if (!s.upgrade.compared) return "a network that is taken back is started without a look at the last signed heights";
  return "";
}

std::string goes_back_over_the_height(const Scenario& s) {
  const auto& u = s.upgrade;
  if (u.drops > 0 && !is_kind(s, {"restore"})) return fmt::format("`{}` rolls {} blocks back: over the upgrade's height only a backup leads", u.kind, u.drops);
  const bool of_train = has_leg(u, TrainLeg::rollback);
  if ((of_train || is_kind(s, {"rollback"})) && (of_train ? s.releases.failing : s.releases.to).fails == Cause::none)
    return "an upgrade is taken back only while no block was made at its height: the release has to fail there";
  return "";
}

std::string mixes_state_machines(const Scenario& s) {
  const bool one_after_the_other = is_kind(s, {"rolling"}) || (is_kind(s, {"hotfix"}) && !s.upgrade.breaking);
  const bool of_train = is_kind(s, {"train"}) && installs_patch(s.upgrade);
  if ((one_after_the_other && s.releases.to.role != ReleaseRole::patch) || (of_train && s.releases.patch.role != ReleaseRole::patch)) return "what is installed on one node after the other has to be a patch, with the same state machine";
  for (const auto& f : s.faults)
    if (f.kind == "binary-early" || f.kind == "binary-old") return fmt::format("`{}` starts a release on the wrong side of the upgrade's height", f.kind);
  if (is_kind(s, {"hotfix"}) && s.upgrade.breaking && s.releases.to.role != ReleaseRole::hotfix) return "at one height all install a release whose role is `hotfix`";
  return "";
}

std::string way_leads_nowhere(const Scenario& s) {
  const auto trouble = is_kind(s, {"train"}) ? trouble_with_legs(s.upgrade.legs) : std::nullopt;
  return trouble ? trouble->what : "";
}

bool goes_through(const Scenario& s, Phase phase) { return std::ranges::count(find_procedure(s.upgrade.kind)->phases, phase) > 0; }

std::string phase_never_comes(const Scenario& s) {
  for (const auto& f : s.faults)
    if (const auto t = parse_trigger(f.when); t.kind == Trigger::Kind::phase && !goes_through(s, t.phase))
      return fmt::format("`{}` waits for {}, which does not come in `{}`", f.kind, f.when, s.upgrade.kind);
  return "";
}

// Its check is that every other validator signs each block, or that what it is taken back from failed by itself.
std::string goes_wrong_beside(const Scenario& s) {
  const bool alone = is_kind(s, {"restore", "rollback"}) || has_leg(s.upgrade, TrainLeg::rollback) || changes_one_by_one(s);
  for (const auto& f : s.faults)
    if (alone && find_fault_kind(f.kind)->disruptive) return fmt::format("`{}` acts in `{}`", f.kind, s.upgrade.kind);
  return "";
}

// Until the vote has passed operators look whether it is in place, and once the chain has halted Cosmovisor has looked for it, if
// it ever does.
std::string release_is_not_missed(const Scenario& s) {
  const auto looks = [&](const auto& v) { return supervisor_of(s.network, v.first) == SupervisorKind::cosmovisor && !std::ranges::count(s.network.downloads, v.first); };
  for (const auto& f : s.faults) {
    if (!f.kind.starts_with("binary-")) continue;
    if (f.when != name_of(Phase::waiting)) return fmt::format("`{}` at {}: it is late between the vote and the height", f.kind, f.when);
    if (!std::ranges::all_of(s.network.validators, looks)) return fmt::format("`{}` acts on {}, which may be one whose Cosmovisor does not look for an installed release", f.kind, f.who);
  }
  return "";
}

// The second would find its node down, and bring it up in the middle of the first.
std::string meets_a_node_that_is_down(const Scenario& s) {
  const auto end = [](const FaultSpec& f) { return f.after.value + f.lasts.value; };
  for (std::size_t i = 0; i < s.faults.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const auto &a = s.faults[j], &b = s.faults[i];
      const bool at_once = a.when == b.when && a.after.value < end(b) && b.after.value < end(a);
      if (at_once && find_fault_kind(a.kind)->takes_down && find_fault_kind(b.kind)->takes_down)
        return fmt::format("`{}` and `{}` take nodes down at one time, from {} on", a.kind, b.kind, a.when);
    }
  return "";
}

// A block's time is the median of its votes', by power, and a commit may hold little more than 2/3 of it: whoever has a third may set
// it, and periods that are counted in the chain's time end at once or never.
std::string clock_leads(const Scenario& s) {
  if (std::ranges::count(s.faults, "clock", &FaultSpec::kind) > 1) return "two `clock` may act on a third of the power together";
  for (const auto& f : s.faults) {
    if (f.kind != "clock" || f.who == "minority") continue;
    std::int64_t most = 0;  // of those that it may be
    for (const auto& [name, power] : s.network.validators)
      if (f.who == "one" || f.who == name || (f.who == "smallest" && name == smallest_validator(s.network))) most = std::max(most, power);
    if (most == 0 || 3 * most >= whole_power(s)) return fmt::format("`clock` acts on {}, which may have a third of the power: the chain's time is theirs", f.who);
  }
  return "";
}

// When the new release begins the upgrade, a node says at level INFO. The first that does not; empty: all do.
std::string silent_node(const NetworkSection& n) {
  for (const auto& [node, files] : n.nodes)
    if (const auto level = files.config_toml.find("log_level"); level != files.config_toml.end() && level->second.value != "info" && level->second.value != "debug") return node;
  return "";
}

// Only Cosmovisor has copied the data before. Whoever is killed between the halt and the first block may migrate just then.
std::string killed_without_a_backup(const Scenario& s) {
  static const std::set<std::string> near = {name_of(Phase::halted), name_of(Phase::swap), name_of(Phase::migration)};
  if (!goes_through(s, Phase::migration)) return "";
  const auto by_hand = [&](const auto& v) { return supervisor_of(s.network, v.first) == SupervisorKind::bare; };
  const bool none_kept = std::ranges::any_of(s.network.validators, by_hand);
  const auto silent = silent_node(s.network);
  for (const auto& f : s.faults) {
    if (f.kind != "kill" || !near.contains(f.when)) continue;
    if (none_kept) return "a node that is killed between two stores needs its data from before, and whoever switches by hand keeps none";
    if (!silent.empty()) return fmt::format("a node that is killed between two stores gets its data from before, and {} does not log that it migrates", silent);
  }
  return "";
}

// A start that was not the operator's is told from a switch by what the new release logs.
std::string moment_is_not_said(const Scenario& s) {
  const auto silent = silent_node(s.network);
  for (const auto& f : s.faults) {
    const bool starts = std::ranges::any_of(s.faults, [&](const auto& other) { return &other != &f && find_fault_kind(other.kind)->takes_down; });
    if (f.when == name_of(Phase::swap) && starts && is_kind(s, {"skip"})) return fmt::format("`{}` waits for an operator to start a node that a fault may start", f.kind);
    const bool waits = f.when == name_of(Phase::migration) || (f.when == name_of(Phase::swap) && starts);
    if (waits && !silent.empty()) return fmt::format("a fault waits for {} to begin the upgrade, which does not log that", silent);
  }
  return "";
}

std::string restored_is_missed(const Scenario& s) {
  const auto smallest = smallest_validator(s.network);
  if (!is_kind(s, {"restore"}) || !stops_the_chain(s, {smallest})) return "";
  return fmt::format("{} parts from the others, and has {} of {} itself: they make no block without it", smallest, power_of(s, {smallest}), whole_power(s));
}

std::string nothing_to_sync_from(const Scenario& s) {
  const auto interval = s.network.app_toml.find("state-sync.snapshot-interval");
  if (!s.upgrade.joining_node || (interval != s.network.app_toml.end() && interval->second.value != 0)) return "";
  return "a node joins from a snapshot of the state, and no node makes any";
}

// The SDK does not start with both (server/config).
std::string snapshots_of_what_is_pruned(const Scenario& s) {
  const auto is = [](const TomlValues& values, const char* key, const nlohmann::json& value) {
    const auto found = values.find(key);
    return found != values.end() && found->second.value == value;
  };
  const auto& n = s.network;
  const auto interval = n.app_toml.find("state-sync.snapshot-interval");
  if (interval == n.app_toml.end() || interval->second.value == 0) return "";
  for (const auto& [node, files] : n.nodes)
    if (is(files.app_toml, "pruning", "everything")) return fmt::format("{} is to make snapshots, and prunes everything", node);
  return is(n.app_toml, "pruning", "everything") ? "nodes are to make snapshots, and prune everything" : "";
}

// What else could be the reason, in the words of a scenario.
std::string trouble_beside(const Scenario& s) {
  const auto& n = s.network;
  const auto& u = s.upgrade;
  if (!s.faults.empty()) return "faults";
  if (!u.late.empty() || !u.missed.empty()) return "operators who are late";
  if (!n.full_nodes.empty() || !n.inactive.empty() || u.joining_node) return "nodes beside the validators";
  if (n.population.accounts) return "a chain in use";
  if (!n.nodes.empty()) return "a node's own settings";
  if (n.supervisor != SupervisorKind::cosmovisor || !n.supervisors.empty() || !n.downloads.empty()) return "another way to switch the binary";
  if (u.expedited || !u.afterwards.empty()) return "more than the upgrade";
  return "";
}

std::string canary_proves_nothing(const Scenario& s) {
  if (!s.expect) return "";
  if (!is_kind(s, {"chain"}) || s.releases.to.empty()) return "a release that has to fail is named, and upgraded to by a plan";
  const auto beside = trouble_beside(s);
  return beside.empty() ? "" : fmt::format("{} may be why {} fails", beside, to_string(s.releases.to));
}

}  // namespace

const std::vector<LegalityRule>& legality_rules() {
  static const std::vector<LegalityRule> all = {
      {"late-power", "Whoever is late holds less than a third of the power: the others go on.", late_is_awaited},
      {"one-by-one", "Where nodes restart one after the other, none holds a third of the power.", one_by_one_stops},
      {"order", "Nodes that are upgraded one after the other go in the runbook's order.", largest_goes_first},
      {"progress", "What goes wrong ends before the network counts as dead.", fault_goes_on},
      {"two-signers", "No two nodes sign with one key.", signs_twice},
      {"signing-state", "No validator forgets what it has signed.", signing_state_is_older},
      {"height-rolled-back", "Nobody goes back over the upgrade's height but by a backup.", goes_back_over_the_height},
      {"state-machines", "Programs with another state machine take over at one height, on all nodes.", mixes_state_machines},
      {"way", "A way over several releases is one that they can be gone in.", way_leads_nowhere},
      {"restore-power", "Whoever parts from the others holds less than a third of the power.", restored_is_missed},
      {"clock-power", "Clocks that are wrong are those of less than a third of the power.", clock_leads},
      {"backup", "A node that may be killed while it migrates has a backup to go back to.", killed_without_a_backup},
      {"moment", "A fault's moment is one that its node tells of.", moment_is_not_said},
      {"phase", "A fault's moment comes in the procedure that it is for.", phase_never_comes},
      {"alone", "Where nodes restart one after the other, or a release is taken back, nothing else goes wrong.", goes_wrong_beside},
      {"installed", "A release is late in place where Cosmovisor is still to look for it.", release_is_not_missed},
      {"overlap", "Faults that take nodes down do not meet.", meets_a_node_that_is_down},
      {"canary", "A release that is known to be bad is upgraded to with nothing beside it that could be the reason.", canary_proves_nothing},
      {"snapshot", "A node that joins by state sync finds a snapshot.", nothing_to_sync_from},
      {"snapshot-pruned", "Nobody prunes everything of which snapshots are to be made.", snapshots_of_what_is_pruned},
  };
  return all;
}

std::string why_illegal(const Scenario& s) {
  for (const auto& rule : legality_rules())
    if (const auto why = rule.broken(s); !why.empty()) return fmt::format("{}: {}", rule.name, why);
  return "";
}

}  // namespace rehearse
