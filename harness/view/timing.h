// Where a run's time went, and the least it could have taken. Every moment is read off the journal, each
// second is counted once. Issue "A chain upgrade, rehearsed end to end": the table below is its table.
//
//   part        from                                  to
//   launch      the user's command                    run-started
//   preflight   run-started                           releases-opened (versions known; keys and genesis made meanwhile)
//   prepare     releases-opened                       the last first process start
//   boot        the last first process start          height 1 on all nodes
//   change      height 1 on all nodes                 all nodes are changed (procedures without a plan)
//   propose     height 1 on all nodes                 the proposal is in its voting period
//   vote        the proposal is in its voting period  the moment "passed"
//   wait        "passed"                              the last node's halt line
//   switch      the last node's halt line             H+1 on all nodes
//   blocks      H+1 on all nodes                      H+K on all nodes
//   checks      H+K on all nodes                      run-stopped
//   teardown    run-stopped                           teardown-ended
//
// Of a run of several procedures each is a part, from boot or the one before to its end, instead of those from change to
// blocks.
//
// The floor is what the chain itself takes, blocks at their nominal time. Of a chain upgrade it is boot + 2 blocks + voting
// period + 3 blocks + switch + K blocks. Of any procedure it is the sum of these, as far as they are in it:
//
//   boot, switch                as they took
//   a vote                      2 blocks to propose, the voting period; of a plan its lead and 3 blocks to the height too
//   nodes that start again      each from its start until it signs (a full node: has the next block), or ends; what
//                               goes on at the same time counts once; what is in the switch, or in the K blocks after
//                               it, counts there; not those that are brought back after a fault or a failure
//   the provider daemon         each start, until its health is good; the orders before, until it has won them; each
//                               command of its operator and customers, which come one after the other
//   a model's height            the wait for it: it was voted on before anyone knew how long the nodes would take
//   transactions                1 block for each height that had one, but for those of a vote
//   verification                K blocks, each time
//
// What the operators of nodes type, and what the harness looks at and waits for beyond that, is above the floor.
#pragma once

#include "harness/record/run_record.h"
#include "harness/view/view.h"

namespace rehearse {

record::Timing timing_of(const NetworkView&);
std::vector<record::TimelineEntry> timeline_of(const NetworkView&);

// Entries of the timeline that service levels are about.
inline constexpr const char* kProposalEntry = "proposal submitted";
inline constexpr const char* kConfirmedEntry = "voting ends, upgrade confirmed";
inline constexpr const char* kHaltEntry = "T-0: chain halts at upgrade height";
inline constexpr const char* kMajorityEntry = "majority of the power upgraded";
inline constexpr const char* kResumesEntry = "chain resumes";

// When what stands there ("nodes/validator-1/logs/node.log:120") was seen: a line of a node, or how it ended. Nothing for no place, or
// one that nothing was read from.
std::optional<Micros> seen_at(const NetworkView&, const std::string& place);

// When the node was seen to have halted at the upgrade height: its log line; nothing when it was not.
std::optional<Micros> halted_at(const NodeView&);

}  // namespace rehearse
