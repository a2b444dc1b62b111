// A checkpoint: a network that was frozen at a phase, as a folder that any number of runs begin from (fork.h).
//
//   checkpoint.json            what it is of: see CheckpointFacts
//   events.jsonl               the journal of the run that left it, until then
//   nodes/ operator/ backups/  that run's, copied while its nodes were paused (localnet/network/frozen_copy.h)
//   commands/genesis/          configuration as the chain's `init` wrote it
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/record/event.h"
#include "localnet/base/fd.h"

namespace rehearse {

struct CheckpointFacts {
  std::string harness_version;
  std::string past;  // what a run must have in common with it (shared_past.h); empty: it was not left for others
  std::string scenario, profile, profile_digest;  // of the run that left it
  Phase phase = Phase::prepare;
  std::int64_t height = 0;  // the highest of its blocks that was seen
  std::string genesis_sha256;
  std::string from_sha256, to_sha256, cosmovisor_sha256;  // of the programs; cosmovisor may be empty
  record::Json carried;                                   // see Rehearsal::carried()
  std::string next_step;  // of a run that failed: the step that did, or what came after the last; empty: its network was going on
  bool ended() const { return !next_step.empty(); }  // taken of a run that had come to its end
  std::string seal;                                       // see seal_of()
};

struct Checkpoint {
  std::filesystem::path folder;
  CheckpointFacts facts;
  std::vector<record::Event> events;
};

// Where one is made before it gets its name, in the folder of the run that leaves it: nothing begins from
// what is not whole.
inline constexpr const char* kUnfinishedCheckpoint = "checkpoint.unfinished";

// Of a run whose nodes are all paused, or have ended. Its folder and `to` are on one disk. When there is one
// by then, that stays. Throws Error(Blame::machine) for a full disk, and then nothing is left behind.
void take_checkpoint(const std::filesystem::path& run_folder, const std::filesystem::path& to,
                     const std::string& past, const record::Json& carried);

// The same of a run that has ended and kept its network: as it stood then, with what the run had told until the step that failed began.
// Throws Error(Blame::scenario) for one that did not keep it, or had none yet.
void take_checkpoint_of_ended(const std::filesystem::path& run_folder, const std::filesystem::path& to);

// Throws Error(Blame::scenario) saying why no run may begin from it: it is of another harness, profile or
// past than `wanted` (empty ones are not compared), or was changed since.
Checkpoint open_checkpoint(const std::filesystem::path& folder, const CheckpointFacts& wanted);

// Its network in the folder of a run that begins from it. Throws Error(Blame::machine).
void copy_network(const Checkpoint&, const std::filesystem::path& run_folder);

// The journal of a run that begins from it: what the past told, moved in time so that it ended when this run
// was asked for, with `own` in the place of its first event; the end of its processes, and that it was
// forked.
std::vector<record::Event> past_of(const Checkpoint&, record::RunStarted own);

// Where the runs of a suite leave theirs: a folder that is made with this and goes with it.
class SuiteCheckpoints {
 public:
  // Throws Error(Blame::machine).
  explicit SuiteCheckpoints(std::filesystem::path folder);
  ~SuiteCheckpoints();
  SuiteCheckpoints(const SuiteCheckpoints&) = delete;

 private:
  std::filesystem::path folder_;
  Fd lock_;  // shared with the processes of its runs
};

// Removes such a folder that a killed suite has left; false: there is none, or it is in use.
bool remove_abandoned_checkpoints(const std::filesystem::path& folder);

}  // namespace rehearse
