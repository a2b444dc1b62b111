// What a copy of a failed node, started again, tells about the block at which the node failed, where its log
// cannot.
#pragma once

#include "harness/engine/rehearsal.h"

namespace rehearse {

// Where consensus has ended and nobody said of what, because the release's log is silent, a copy of the node ends of it at its start,
// and a program's end is no matter of its log. Journals kSilentFailure; does nothing without such a failure.
void find_silent_failure(Rehearsal&);

// An error of a block reads the same whether the upgrade handler returned it, a BeginBlocker or an EndBlocker.
// Copies of the program with traps at the beginnings of these methods die there, or fail as before. Journals
// kFailedMethod ("PreBlock", "BeginBlock", "EndBlock") and kFailedModule; does nothing without such an error,
// or where the program has no such methods.
void find_failed_method(Rehearsal&);

// A program adds its stores for the plan that it knows. Where they cannot be loaded, copies of a node are
// told other ways to write the plan's name. Journals kPlanOfProgram; does nothing without such a failure.
void find_plan_of_program(Rehearsal&);

}  // namespace rehearse
