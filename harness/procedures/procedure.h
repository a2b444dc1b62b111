// A procedure of the runbook: ordered steps, each with the section it carries out. A scenario's `upgrade:
// kind:` names one. To add one: a file here and its line in procedure.cc.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"
#include "harness/spec/needs.h"

namespace rehearse {

struct Procedure {
  const char* name;
  const char* runbook;
  void (*run)(Rehearsal&);  // throws what Rehearsal's waits throw
  std::vector<std::string> takes;  // of a scenario's `upgrade:`, beside kind and blocks_after
  Needs needs = {};                // of the profile
  std::vector<Phase> phases = {};  // that its runs go through whatever happens
};

const std::vector<Procedure>& procedures();
const Procedure* find_procedure(const std::string& name);
std::string procedure_names();
// Ids of the steps that its runs may have on these nodes, as a trigger names them; those of a leg are "LEG/ID" (steps.cc).
std::set<std::string> steps_of(const std::string& procedure, const std::vector<std::string>& nodes);
// What carries out that leg of a train.
const Procedure& procedure_of(TrainLeg);
// It is a train that has it.
bool has_leg(const UpgradeSection&, TrainLeg);
// The release of `releases: patch`, before the chain is upgraded: one after the other, or as an emergency hotfix.
bool installs_patch(TrainLeg);
bool installs_patch(const UpgradeSection&);
// What it needs of a profile, with what these options ask for.
Needs needs_of(const Procedure&, const UpgradeSection&);

// Chain upgrade by governance (chain.cc), called off before its height (cancelled.cc), or withdrawn at it (skip.cc).
void chain_upgrade(Rehearsal&);
void cancelled_upgrade(Rehearsal&);
void skipped_upgrade(Rehearsal&);
// Taken back when the new release makes no blocks (rollback.cc); one node's state restored from its backup (restore.cc), or
// rolled back after a patch that only it had (patch_rollback.cc).
void chain_rollback(Rehearsal&);
// A release that fails so makes no block at its height, which is then the old one's once more.
bool can_be_taken_back(Cause failure);
void chain_restore(Rehearsal&);
void patch_rollback(Rehearsal&);
// One validator after the other, without a halt (rolling.cc, config.cc), or as fast as the power allows (hotfix.cc).
void rolling_upgrade(Rehearsal&);
void config_change(Rehearsal&);
void emergency_hotfix(Rehearsal&);
// The provider daemon, on a chain that stays as it is (provider.cc).
void provider_upgrade(Rehearsal&);
void provider_rollback(Rehearsal&);
// The model that nodes score with changed, and changed back (model.cc).
void model_upgrade(Rehearsal&);
void model_rollback(Rehearsal&);
// Several of these, one after the other on one network (train.cc).
void release_train(Rehearsal&);

}  // namespace rehearse
