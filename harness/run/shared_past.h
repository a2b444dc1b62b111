// Which runs have the same past: the same network, upgraded to the same release, until its proposal has
// passed. From there one of them can leave a checkpoint, and the others begin from it.
#pragma once

#include <string>

#include "harness/run/inputs.h"
#include "harness/run/options.h"

namespace rehearse {

// Where scenarios part: behind the vote, and before the halt. At the halt Cosmovisor would race its own look
// at upgrade-info.json.
inline constexpr Phase kForksAt = Phase::waiting;

// Voting periods that the height lies further away, in each run that leaves a checkpoint or begins from one:
// the nodes are paused before it, and up again.
inline constexpr double kRoomToFork = 1;

struct SharedPast {
  std::string key;      // equal for runs that have it in common; empty: this one is forked from nothing
  std::string why_not;  // "its faults begin before the halt"
};

// Why a run cannot go on from a copy of another's network; empty: it can.
std::string why_not_forked(const Inputs&);

// The same of one that is taken up as it ended, to look into it.
std::string why_not_replayed(const Inputs&);
// Its procedure goes on from what the journal tells of the steps before.
bool goes_on_from_journal(const Inputs&);

// A pure function of what the run is about, and of the sizes and times of its releases' files.
SharedPast shared_past(const Inputs&, const RunOptions&);

}  // namespace rehearse
