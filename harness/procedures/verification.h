// What every procedure begins and ends with: the state before it, and the runbook's verification after it.
#pragma once

#include "harness/judge/checks/check.h"
#include "harness/engine/rehearsal.h"

namespace rehearse {

inline constexpr const char* kPreparation = "Chain Upgrades, Phase 1: Preparation";
inline constexpr const char* kVerification = "Chain Upgrades, Phase 4: Verification";

Context context_of(Rehearsal&);

// Asks the scenario's checklists what they want to know before anything is done; how many answers there are.
std::string ask_lists_before(Rehearsal&);
// With what each list of a chain's upgrade asks, also where it does not follow: which lists do parts no pasts (shared_past.h).
std::string ask_lists_of_chain_before(Rehearsal&);
// The scenario's alone, and what the chain serves (survey.h).
std::string ask_state_before(Rehearsal&);
// The chain goes on at every node: asks what is to be known at that moment.
void ask_when_resumed(Rehearsal&);
// Asks all checklists what they want to know afterwards, again with each block as long as an item may still come true; how many
// answers there are. Throws TimedOut where the machine was too slow, or no block came in that time.
std::string ask_until_settled(Rehearsal&, Budget for_a_block = {});
// Steps: K blocks follow the upgrade on every node, and all checklists are asked. They are judged when the run has ended;
// those of one of several procedures at once, since what comes after it would prove nothing: throws
// StepFailed when an item does not hold.
void verify(Rehearsal&);

}  // namespace rehearse
