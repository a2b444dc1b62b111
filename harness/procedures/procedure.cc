#include "harness/procedures/procedure.h"

#include <algorithm>

#include "harness/procedures/afterwards.h"

namespace rehearse {

const std::vector<Procedure>& procedures() {
  // What a vote takes.
  static const std::vector<std::string> governed = {"vote", "voters", "voting_period", "lead", "height_in"};
  const auto governed_and = [](std::vector<std::string> more) {
    more.insert(more.begin(), governed.begin(), governed.end());
    return more;
  };
  const Needs skipping{.commands = {"skip-upgrade"}}, provider{.provider = true}, records{.initial_transactions = true},
      model{.model = true, .initial_transactions = true};
  const std::vector<Phase> voted = {Phase::voting, Phase::waiting}, halting = {Phase::voting, Phase::waiting, Phase::halted, Phase::swap, Phase::first_block},
                           upgrading = {Phase::voting, Phase::waiting, Phase::halted, Phase::swap, Phase::migration, Phase::first_block};
  static const std::vector<Procedure> all = {
      {"chain", "Chain Upgrades (Governance)", chain_upgrade,
       governed_and({"expedited", "late", "plan_info", "joining_node", "afterwards"}), {}, upgrading},
      {"cancelled", "Chain Upgrades (Governance)", cancelled_upgrade, governed_and({"cancel_before"}), {}, voted},
      {"skip", "Rollback Procedures", skipped_upgrade, governed_and({"missed"}), skipping, halting},
      {"rollback", "Rollback Procedures", chain_rollback,
       governed_and({"missed", "late", "drops", "compared", "set_aside"}), skipping, halting},
      {"restore", "Rollback Procedures", chain_restore, governed_and({"drops"}), {}, upgrading},
      {"patch-rollback", "Rollback Procedures", patch_rollback, {}, {.commands = {"rollback"}}},
      {"rolling", "Non-Breaking Upgrades", rolling_upgrade, {"order"}},
      {"config", "Upgrade Types", config_change, {"max_tx_bytes", "missed"}, records},
      {"hotfix", "Emergency Hotfixes", emergency_hotfix, {"second_source", "severity", "confirmed", "breaking"}},
      {"provider", "Provider Daemon Upgrades", provider_upgrade, {}, provider},
      {"provider-rollback", "Rollback Procedures", provider_rollback, {"revert_config"}, provider},
      {"model",
       "Model Upgrades (VEID)",
       model_upgrade,
       {"voting_period", "activation", "published", "missed"},
       model, voted},
      {"model-rollback", "Model Rollback", model_rollback, {"voting_period", "missed"}, model, voted},
      {"train", "Upgrade Types", release_train, {"voting_period", "legs"}, {}, upgrading},
  };
  return all;
}

const Procedure* find_procedure(const std::string& name) {
  for (const auto& p : procedures())
    if (p.name == name) return &p;
  return nullptr;
}

std::string procedure_names() {
  std::string names;
  for (const auto& p : procedures()) names += (names.empty() ? "" : ", ") + std::string(p.name);
  return names;
}

const Procedure& procedure_of(TrainLeg leg) { return *find_procedure(leg == TrainLeg::patch ? "rolling" : name_of(leg)); }

bool installs_patch(TrainLeg leg) { return leg == TrainLeg::patch || leg == TrainLeg::hotfix; }

bool installs_patch(const UpgradeSection& u) { return has_leg(u, TrainLeg::patch) || has_leg(u, TrainLeg::hotfix); }

bool has_leg(const UpgradeSection& u, TrainLeg leg) { return u.kind == "train" && std::ranges::find(u.legs, leg) != u.legs.end(); }

Needs needs_of(const Procedure& p, const UpgradeSection& u) {
  auto needs = p.needs;
  if (std::string_view(p.name) == "train")
    for (const auto leg : u.legs) needs = needs + procedure_of(leg).needs;
  if (u.breaking) needs.commands.push_back("halt-height");
  if (u.drops > 0) needs.commands.push_back("rollback");
  for (const auto& name : u.afterwards) needs = needs + find_afterwards(name)->needs;
  return needs;
}

}  // namespace rehearse
