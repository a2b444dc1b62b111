// The steps of each procedure, for triggers that name them. A test holds what recorded runs did against this.
#include <fmt/format.h>

#include <map>

#include "harness/judge/checks/checklist.h"
#include "harness/procedures/afterwards.h"
#include "harness/procedures/procedure.h"
#include "harness/view/step_ids.h"

namespace rehearse {

namespace {

using Steps = std::vector<std::string>;

Steps operator+(Steps a, const Steps& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const Steps& of_each_run() {
  static const Steps all = {"fetch-from", "fetch-to",  "current",   "checksum",  "version",       "make",   "network",
                            kDayBefore,   kHourBefore, kJustBefore, "before", step_id::blocks, "verify", "faults"};
  return all;
}

// {node}: one for each; {number}: from 1 to as many as there are nodes.
const std::map<std::string, Steps>& own_steps() {
  static const Steps voted = {"plan-none", step_id::propose, "vote", step_id::passed};
  static const Steps halted = voted + Steps{"halt", "resume"};
  static const Steps taken_back = {"restore", "state", "signing-state", "stop", "return"};
  static const Steps daemon = {"provider", step_id::orders, "pause", "in-flight", "download", "stop",
                               "backup",   "migrate",       "start", "resume",    "new-order"};
  static const Steps model = {step_id::propose, "proposal", "vote",          step_id::passed, "download", "hash", "model-{node}",
                              "signed",         "report",   step_id::height, "active",        "scored"};
  static const std::map<std::string, Steps> all = {
      {"chain", halted + Steps{"stage", "layout", step_id::export_before, "by-hand", "late", "without-late", "caught-up", step_id::join, kUnjail, "validator-set", "governance", "unbonding", "shared-blocks", step_id::multisig_before, step_id::multisig, step_id::replay, step_id::exported}},
      {"cancelled", voted + Steps{"cancel", "cancelled", "no-halt"}},
      {"skip", halted + Steps{"skip"}},
      {"rollback", halted + taken_back + Steps{"bad-release", "useless-copy", "second-halt", "skip", "same-block"}},
      {"restore", halted + taken_back + Steps{"diverged"}},
      {"patch-rollback", taken_back + Steps{"patch"}},
      {"rolling", {"order", "upgrade-{node}", "signed"}},
      {"config", {"config-{node}", "signed", "refused"}},
      {"hotfix",
       {step_id::announce, "sources", "confirmed", "halt-height", "halt", "hotfix", "hotfix-{number}", "signed"}},
      {"provider", daemon},
      {"provider-rollback", daemon + Steps{"rollback-stop", "restore-binary", "revert-config", "rollback-start"}},
      {"model", model + Steps{"opens", "loads"}},
      {"model-rollback", model + Steps{"not-enough"}},
      {"train", {"provider", step_id::orders, "fetch-patch", "fetch-failing"}},
  };
  return all;
}

}  // namespace

std::set<std::string> steps_of(const std::string& procedure, const std::vector<std::string>& nodes) {
  std::set<std::string> all(of_each_run().begin(), of_each_run().end());
  const auto own = own_steps().find(procedure);
  if (own == own_steps().end()) return all;
  for (const auto& step : own->second)
    for (std::size_t i = 0; i < nodes.size(); ++i)
      all.insert(fmt::format(fmt::runtime(step), fmt::arg("node", nodes[i]), fmt::arg("number", i + 1)));
  if (procedure == "train")
    for (const auto& [name, leg] : names(TrainLeg{}))
      for (const auto& step : steps_of(procedure_of(leg).name, nodes)) all.insert(name + "/" + step);
  return all;
}

}  // namespace rehearse
