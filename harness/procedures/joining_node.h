// A full node that joins after an upgrade from a snapshot of the state (state sync), as new machines do: whether what the new
// release has made of the state can be handed on (cosmos-sdk#10791: `snapshot restoration failed: app version mismatch`).
#pragma once

#include <string>

#include "harness/engine/rehearsal.h"
#include "localnet/network/node_log.h"

namespace rehearse {

struct Joined {
  std::int64_t first = 0, height = 0;  // the first block that it has, and the last
  std::string app_hash;                // after that one
};
// What a new node's log says of its joining, line by line.
class JoiningLog {
 public:
  explicit JoiningLog(const Profile& profile) : matcher_(profile.log_patterns) {}
  void add(const std::string& line);

  // What no waiting mends: no snapshot can be restored, its state is not the chain's, or it fails at a block. That it halts for the
  // upgrade is no failure. Empty: nothing.
  const std::string& why_it_cannot_join() const { return why_; }
  // It is to begin with a snapshot of the state, and none was offered to it by a peer.
  bool lacks_snapshot() const { return wants_snapshot_ && !offered_; }

 private:
  std::string reason_in(const std::string& line);

  LogMatcher matcher_;
  std::string why_, of_snapshot_;  // of_snapshot_: the first error that speaks of one; the last says only that it is over
  bool wants_snapshot_ = false, offered_ = false;
};
// Of a node that nobody observes: until it no longer catches up, and has so many blocks. Throws StepFailed with that cause.
Joined await_joined(Rehearsal&, Node&, Cause failed, std::int64_t blocks = 1);

// A step. Throws StepFailed with the cause state-sync-failed.
void join_by_state_sync(Rehearsal&);

// One that begins with the genesis and the old release under Cosmovisor, and replays every block, through the upgrade: whether what
// the new release computes is the same long after. Returns what it went through; throws StepFailed with the cause afterwards-failed.
std::string join_by_replay(Rehearsal&);

}  // namespace rehearse
