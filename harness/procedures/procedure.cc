#include "harness/procedures/procedure.h"

namespace rehearse {

const std::vector<Procedure>& procedures() {
  static const std::vector<Procedure> all = {
      {"chain", "Chain Upgrades (Governance)", chain_upgrade},
      {"cancelled", "Chain Upgrades (Governance)", cancelled_upgrade},
      {"skip", "Chain Upgrades (Governance)", skipped_upgrade},
      {"rollback", "Rollback Procedures", chain_rollback},
      {"rolling", "Non-Breaking Upgrades", rolling_upgrade},
      {"config", "Upgrade Types", config_change},
      {"hotfix", "Emergency Hotfixes", emergency_hotfix},
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

}  // namespace rehearse
