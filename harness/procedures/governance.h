// Governance as operators do it, with the chain's own command line: submit, vote, and see the result on the
// chain.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// A transaction is in a block and succeeded: code 0 and a hash and a height, never the exit code alone, since commands print a
// help page and exit 0. Throws StepFailed("...", "transaction-failed") when the chain refuses one.
struct Included {
  std::string hash;
  std::int64_t height = 0;
  record::Json events;
};

// A transaction that a node took into its mempool.
struct Sent {
  std::string node, hash;
  std::vector<std::string> arguments = {};  // of the command that sent it, and can do so again; empty: none can
  Micros when = 0;
};

// The hash of a transaction that the node took into its mempool, by what the command for it printed.
std::string accepted(const CliAnswer&);

// The commands with the arguments that each transaction gets.
std::vector<NodeCommand> signed_by_each(Rehearsal&, std::vector<NodeCommand>);
// Sends one transaction a command, side by side. The arguments are without the profile's `transaction` ones;
// no two may be of one node, whose key signs.
std::vector<Sent> broadcast(Rehearsal&, const std::vector<NodeCommand>&);
// Waits until all are in blocks; in their order. What a fault took away with its node is sent again, to whoever is in reach.
std::vector<Included> await_included(Rehearsal&, const std::vector<Sent>&);
std::vector<Included> send_transactions(Rehearsal&, const std::vector<NodeCommand>&);

// One of the profile's transactions that add its own records, so that there is something to lose, of each of these.
// `{ordinal}` counts on from `after`.
std::vector<NodeCommand> transactions_of_each(Rehearsal&, const std::vector<std::string>& transaction,
                                              const std::vector<const NodeView*>& validators,
                                              std::size_t after);

// The first of them, for what needs no more. Throws Error(Blame::scenario) for a profile without one.
const std::vector<std::string>& first_initial_transaction(Rehearsal&);

// All of them, of a few validators each: the voting period may run already.
void make_records(Rehearsal&);

struct Proposal {
  std::string title;
  record::Json message;  // of the SDK, with its @type; the gov module is its authority
  bool expedited = false;
};

// Submits it from the first validator; its id.
std::string submit_proposal(Rehearsal&, const Proposal&);
// The scenario's voters vote as it says, side by side. False when the voting was over before all votes were in: the machine
// was too slow, and what is in decides.
bool vote_all(Rehearsal&, const std::string& proposal);
// The same, but `yes` of every validator.
bool approve(Rehearsal&, const std::string& proposal);
// What was to be before something else was not: an injected fault was in the way, or the machine is too slow.
TimedOut too_late(const NetworkView&, const std::string& what);
// Waits until the voting is over; throws StepFailed("...", "proposal-rejected" or "proposal-failed"), but when not all had
// voted TimedOut for a rejection.
void await_passed(Rehearsal&, const std::string& proposal, bool all_voted);

// Seconds until a proposal that is submitted now has passed and what is done meanwhile is done, on this machine with all that
// runs on it now: one of the chain's commands is run to see how long they take.
double seconds_to_pass(Rehearsal&);
// The height that will not be reached for that many seconds, and not much later.
std::int64_t height_after(Rehearsal&, double seconds);

// Median seconds between the blocks seen so far, by their headers; `nominal` until there are three.
double measured_block_seconds(const NetworkView&, double nominal);

}  // namespace rehearse
