#include "harness/record/states.h"

namespace rehearse {

const Ordered<StepOutcome>& names(StepOutcome) {
  using enum StepOutcome;
  static const Ordered<StepOutcome> all = {{"done", done}, {"skipped", skipped}, {"failed", failed}, {"error", error}};
  return all;
}

const Ordered<StopReason>& names(StopReason) {
  using enum StopReason;
  static const Ordered<StopReason> all = {{"completed", completed}, {"failure-proven", failure_proven},
                                          {"step-failed", step_failed}, {"time-out", time_out},
                                          {"deadline", deadline},   {"cancelled", cancelled},
                                          {"error", error}};
  return all;
}

const Ordered<WhichRelease>& names(WhichRelease) {
  static const Ordered<WhichRelease> all = {{"from", WhichRelease::from}, {"to", WhichRelease::to}};
  return all;
}

const Ordered<FaultState>& names(FaultState) {
  using enum FaultState;
  static const Ordered<FaultState> all = {{"planned", planned},
                                          {"injecting", injecting},
                                          {"applied", applied},
                                          {"healing", healing},
                                          {"healed", healed},
                                          {"peers-back", peers_back},
                                          {"height-advances", height_advances},
                                          {"caught-up", caught_up},
                                          {"recovered", recovered},
                                          {"skipped", skipped},
                                          {"missed", missed},
                                          {"failed", failed}};
  return all;
}

const Ordered<MilestoneName>& names(MilestoneName) {
  using enum MilestoneName;
  static const Ordered<MilestoneName> all = {
      {"started", started}, {"passed", passed}, {"asked", asked}, {"proven", proven}, {"faults-over", faults_over}};
  return all;
}

}  // namespace rehearse
