// What the journal says of a run in one word: closed sets, each with one list of the names that stand in the journal.
#pragma once

#include "localnet/base/names.h"

namespace rehearse {

enum class StepOutcome { done, skipped, failed, error };
const Ordered<StepOutcome>& names(StepOutcome);

// How a run ended; `deadline` is --timeout, `completed` a procedure that was carried out whole.
enum class StopReason { completed, failure_proven, step_failed, time_out, deadline, cancelled, error };
const Ordered<StopReason>& names(StopReason);

// Of the two that an upgrade is about.
enum class WhichRelease { from, to };
const Ordered<WhichRelease>& names(WhichRelease);

// How far a fault has come. Recovery has three parts, in any order, before `recovered`. For good: skipped (it cannot be done
// here), missed (its trigger never came true), failed.
enum class FaultState {
  planned,
  injecting,
  applied,
  healing,
  healed,
  peers_back,
  height_advances,
  caught_up,
  recovered,
  skipped,
  missed,
  failed
};
const Ordered<FaultState>& names(FaultState);

// Times that the timing needs, of what is neither a phase nor a step.
enum class MilestoneName { started, passed, asked, proven, faults_over };
const Ordered<MilestoneName>& names(MilestoneName);

}  // namespace rehearse
