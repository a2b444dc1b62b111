// What an operator does on a node by hand, as the runbook writes it down: stop, back up, install, verify, start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"

namespace rehearse {

using NodeNames = std::vector<std::string>;

// Of the nodes under Cosmovisor: the new release where their Cosmovisor takes it from at the halt.
void stage_release(Rehearsal&, const std::string& plan);
// Stops them as a service manager does, with SIGTERM, and waits until all have ended.
void stop_nodes(Rehearsal&, const NodeNames&);
// Starts them; `more` are arguments beyond the usual ones.
void start_nodes(Rehearsal&, const NodeNames&, const std::vector<std::string>& more = {});
// Starts them on the old release, told to skip the upgrade at that height.
void start_skipping(Rehearsal&, const NodeNames&, std::int64_t height);
// A copy of the running binary under its version.
void keep_binary(Rehearsal&, const NodeNames&, const Release& running);
// The release in the place of the binary that they have.
void replace_binary(Rehearsal&, const NodeNames&, const Release&);
// Of stopped nodes: both. Throws StepFailed when what lies there afterwards does not print the release's version.
void install_on(Rehearsal&, const NodeNames&, const Release& running, const Release& next);

// The release that lies in their place prints its version. Throws StepFailed when one prints another.
void check_installed(Rehearsal&, const NodeNames&, const Release&);

// Of a stopped node: its data folder as Cosmovisor's backup at the halt has it, but for what it has signed since: the signing
// state, and the WAL that has these votes. Throws StepFailed when there is no backup.
void restore_data(Rehearsal&, const std::string& node);

NodeNames all_nodes(Rehearsal&);
// The nodes of the network that are run without Cosmovisor.
NodeNames bare_nodes(Rehearsal&);
// All but those in `without`, in the order they have.
NodeNames except(const NodeNames&, const NodeNames& without);

}  // namespace rehearse
