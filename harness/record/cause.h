// The closed set of causes a run can fail for, each with what to do about it. Names are a contract: CI greps them. To add one:
// here, and its line in cause.cc.
#pragma once

#include <string>
#include <vector>

#include "localnet/base/error.h"
#include "localnet/base/names.h"

namespace rehearse {

enum class Cause {
  none,  // not known yet: diagnosis finds it
  // Of the release, before it runs.
  checksum_mismatch, archive_corrupt, archive_escapes, binary_missing, wrong_architecture,
  binary_does_not_run, wrong_version_inside, same_version, genesis_refused,
  // Of governance.
  proposal_rejected, proposal_failed, transaction_failed,
  // Of the upgrade.
  missing_store_upgrade, store_already_there, upgrade_handler_panic, upgrade_handler_error,
  upgrade_handler_missing, plan_replaced, plan_not_cancelled, upgrade_not_skipped, cosmovisor_misread,
  upgrade_info_left, app_hash_divergence, conflicting_blocks, chain_did_not_halt, quorum_short,
  state_sync_failed, node_exited,
  // Of how it was done.
  wrong_order, not_ready, not_confirmed, config_not_active, signing_state_rewound, rollback_destroys,
  model_hash_mismatch, model_not_loaded, wrong_model, double_sign, validator_jailed, blocks_missed,
  // Of the provider daemon.
  provider_config_refused, provider_config_key_lost, provider_workloads_lost, provider_bids_stuck,
  provider_exited,
  // Of what came out.
  check_failed, no_failure,
  // Of the machine.
  download_failed, machine_stalled, no_first_block, fault_in_the_way, not_proven, unknown,
};
const Ordered<Cause>& names(Cause);             // but none
void from_json(const nlohmann::json&, Cause&);  // an empty name is none

// What a step may expect beside a cause: that the process ends.
inline constexpr Cause kProcessEnds = Cause::none;

struct CauseEntry {
  Cause cause;
  const char* name;
  const char* meaning;
  const char* advice;
  bool of_release = true;  // false: it says nothing about the release, and the run is inconclusive
};

const std::vector<CauseEntry>& causes();
bool is_of_release(const std::string& cause);
std::string advice_for(Cause);
// What localnet says is wrong; none: it does not say.
Cause cause_of(Trouble);

}  // namespace rehearse
