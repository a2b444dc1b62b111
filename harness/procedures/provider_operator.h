// What the operator of a provider does by hand: on the chain with the provider's key, and on the daemon's machine.
#pragma once

#include <functional>
#include <string>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// --- on the chain

// A command of the profile's `provider: commands:` that the provider's key signs, in a block. How often the node had to be
// asked, in words: the daemon signs with the same key, and a bid between the look at the account and the sending makes a
// transaction stale.
std::string send_as_provider(Rehearsal&, const std::string& command, Values extra = {});
// So many orders, by the validators in turn, numbered on from `after`.
void place_orders(Rehearsal&, std::size_t count, std::size_t after);

// --- on its machine

// Of the network, which has one.
ProviderDaemon& daemon_of(Rehearsal&);
// Key, account and registration of the provider; the daemon on the release to start on, with its configuration; it runs.
void set_up_provider(Rehearsal&);
// Steps: that, and orders of which each has its workload. A provider upgrade begins with it, unless it was done before.
void set_up_workloads(Rehearsal&);
// Replaces the program, and asks it for its version; from then on NetworkView::provider_plan has that. Throws
// StepFailed when it is not the release's.
void install_daemon(Rehearsal&, Release, record::Provenance record::ProviderPlanned::*which);
void stop_daemon(Rehearsal&);
// Starts it, and waits for its health endpoint to say that the release that prints this version is well.
std::string start_daemon(Rehearsal&, const std::string& version);
// A command of the profile's `provider: daemon:`, whatever becomes of it.
CliAnswer ask_daemon(Rehearsal&, const std::string& command);
// The same. Throws StepFailed with what it says when that is no answer.
CliAnswer run_daemon(Rehearsal&, const std::string& command);

// Asks a question about the provider again with each block, until the answer is right. Throws TimedOut with the last one.
record::Answered await_answer(Rehearsal&, const std::string& what, const Question&,
                              const std::function<bool(const record::Json&)>& right);

}  // namespace rehearse
