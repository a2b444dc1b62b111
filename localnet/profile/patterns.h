// The log patterns that somebody asks for: rules of diagnosis, checks, procedures and faults name them by these constants, and a
// profile may have no others. What each has to match, and the groups that it captures, is said beside it.
#pragma once

#include <set>
#include <string>

#include "localnet/base/decode.h"

namespace rehearse {

enum class Pattern {
  // Of a node's log: the profile has them.
  init_chain,          // the chain begins with its genesis
  gentx_refused,       // (what the chain says of a transaction in its genesis)
  upgrade_needed,      // (plan) (height): the old release halts
  applying_upgrade,    // (plan) (height): the new release begins the upgrade
  replay_blocks,       // (application's height) (block store's height), at a start
  replay_error,        // (error): the stored block cannot be executed
  store_mismatch,      // (store): it is new, and no store upgrade adds it
  store_exists,        // (version): a store upgrade adds one that is there
  handler_missing,     // (plan): the release does not know it
  wrong_app_hash,      // a block's header has another state than this node
  consensus_failure,   // the node stops taking part
  equivocation,        // the chain has evidence of two signatures at one height
  wrong_header,        // (field): a block's header has another value there than this node
  proposal_rejected,   // the application rejects a proposed block
  params_refused,      // (why): CometBFT refuses the consensus parameters of the application
  module_migrates,     // (module): its migration begins
  snapshot_wanted,     // the node begins with a snapshot of the state, and asks its peers for one
  snapshot_offered,    // a peer has one for it
  snapshot_failed,     // it does not begin with any, and does not try again
  connection_taken,    // (IP address, or node id): the node holds a connection to that peer for still open, and makes no other
  panic,               // (what it says)
  // Of Cosmovisor's log, in the same file: its own, see supervisor.cc.
  upgrade_info_misread,
  backup_begins,
  upgrade_found,
  download_checksum,
  download_platform,
  // Of the provider daemon's log: the profile has it, under `provider`.
  config_refused,  // (release)
};
const Ordered<Pattern>& names(Pattern);

// Names that a profile's `log_patterns` may have, and its provider's.
const std::set<std::string>& known_patterns();
const std::set<std::string>& known_provider_patterns();

// A profile's expression for it (RE2). Null: it has none.
const std::string* find_pattern(const Ordered<std::string>& log_patterns, Pattern);

// How a line is called that says that a setting of the node stops it, before the file and the key.
inline constexpr const char* kSettingLine = "setting ";

// How a line at level ERR is called that matches no pattern.
inline constexpr const char* kErrorLine = "error";

}  // namespace rehearse
