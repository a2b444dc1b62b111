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
  node_files, missing_store_upgrade, store_already_there, upgrade_handler_panic, upgrade_handler_error,
  upgrade_handler_missing, migration_slow, start_panic, version_unknown, plan_replaced, plan_not_cancelled, upgrade_not_skipped, cosmovisor_misread,
  upgrade_info_left, app_hash_divergence, conflicting_blocks, chain_did_not_halt, quorum_short,
  state_sync_failed, node_exited,
  // Of the blocks after it, or of the block itself, beyond the handler.
  block_panic, block_error, proposal_refused, vote_extension_refused, consensus_params_refused, results_divergence,
  validators_divergence, app_version_divergence, blocks_stopped,
  // Of what the new release serves.
  transactions_refused, parameters_changed, query_broken,
  // Of a chain that goes on, and is another than it was.
  records_lost, invariant_broken, blocks_slow, memory_growth, afterwards_failed,
  // Of how it was done.
  operator_setting,
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

// Whose failure it is, which decides the verdict: of the release or of those who operate the nodes, the run has failed; of the
// chain (it was so before), of the machine or of the harness, nothing is said about the release.
enum class Owner { release, operators, chain, machine, harness };
const Ordered<Owner>& names(Owner);

struct CauseEntry {
  Cause cause;
  const char* name;
  const char* meaning;
  const char* evidence;  // what proves it
  const char* advice;
  Owner owner = Owner::release;
};

const std::vector<CauseEntry>& causes();
// Of none: the release.
Owner owner_of(Cause);
// CAUSES.md: what a cause is, and all of them as a table.
std::string causes_document();
std::string advice_for(Cause);
// What localnet says is wrong; none: it does not say.
Cause cause_of(Trouble);

}  // namespace rehearse
