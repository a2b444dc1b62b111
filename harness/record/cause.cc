#include "harness/record/cause.h"

#include <algorithm>

namespace rehearse {

const std::vector<CauseEntry>& causes() {
  static const std::vector<CauseEntry> all = {
      // Of the release, before it runs.
      {Cause::checksum_mismatch, "checksum-mismatch", "the archive is not the published one",
       "publish the archive and SHA256SUMS again, together"},
      {Cause::archive_corrupt, "archive-corrupt", "the archive cannot be read", "build and publish the archive again"},
      {Cause::archive_escapes, "archive-escapes", "the archive holds a path that leaves its folder",
       "do not unpack it; find out who made it"},
      {Cause::binary_missing, "binary-missing", "the archive does not hold the program",
       "pack the program at the top or under bin/"},
      {Cause::wrong_architecture, "wrong-architecture", "the program is for another machine",
       "publish the archive for this architecture"},
      {Cause::binary_does_not_run, "binary-does-not-run", "the program does not start here",
       "run `ldd` and the program's `version` by hand"},
      {Cause::wrong_version_inside, "wrong-version-inside", "the archive holds another version",
       "check the release job: it packed the wrong build"},
      {Cause::same_version, "same-version", "both releases are the same version",
       "give a release that is newer with --release to=..."},
      {Cause::genesis_refused, "genesis-refused", "the chain does not take its genesis",
       "look at what it says of it: a value of the profile's genesis, or a known defect that wants a mask"},
      // Of governance.
      {Cause::proposal_rejected, "proposal-rejected", "the proposal did not pass", "look at the tally: who voted, and how"},
      {Cause::proposal_failed, "proposal-failed", "the proposal passed but could not be carried out",
       "look at the proposal's failed_reason"},
      {Cause::transaction_failed, "transaction-failed", "the chain refused a transaction", "look at the command and its answer"},
      // Of the upgrade.
      {Cause::missing_store_upgrade, "missing-store-upgrade", "a module's store was added without a store upgrade",
       "add the store to StoreUpgrades.Added of this plan"},
      {Cause::store_already_there, "store-already-there", "a store upgrade adds a store that exists",
       "take the store that exists out of StoreUpgrades.Added of this plan"},
      {Cause::upgrade_handler_panic, "upgrade-handler-panic", "the upgrade handler panicked", "read the stack trace in the node's log"},
      {Cause::upgrade_handler_error, "upgrade-handler-error", "the upgrade handler returned an error",
       "read the error; run the migration on exported state"},
      {Cause::upgrade_handler_missing, "upgrade-handler-missing", "the new binary does not know the plan",
       "register an upgrade handler under the plan's exact name"},
      {Cause::plan_replaced, "plan-replaced", "another proposal has put its plan in the place of this one",
       "a chain has one plan: look at `query upgrade plan` again after every proposal, to the height itself"},
      {Cause::plan_not_cancelled, "plan-not-cancelled", "the chain halts for a plan that was to be cancelled",
       "the cancellation must pass before the upgrade height: look at its proposal's status and end of voting"},
      {Cause::upgrade_not_skipped, "upgrade-not-skipped", "a node halts again at the height that was to be skipped",
       "start it with --unsafe-skip-upgrades and the upgrade height, as the others"},
      {Cause::cosmovisor_misread, "cosmovisor-misread", "Cosmovisor cannot read upgrade-info.json, and panicked",
       "look at data/upgrade-info.json: the chain writes it at the halt, and nobody else should"},
      {Cause::upgrade_info_left, "upgrade-info-left", "Cosmovisor finds upgrade-info.json of a release that was taken back, and stops the node for it",
       "set data/upgrade-info.json aside on every node before Cosmovisor starts"},
      {Cause::app_hash_divergence, "app-hash-divergence", "nodes computed different states from the same block",
       "compare the stores of one node of each group; look for map iteration, time, environment or local "
       "files"},
      {Cause::conflicting_blocks, "conflicting-blocks", "two blocks at one height", "stop everything: the network has forked"},
      {Cause::chain_did_not_halt, "chain-did-not-halt", "the chain went past the upgrade height",
       "was the plan cancelled, or does the old binary know it?"},
      {Cause::quorum_short, "quorum-short", "too little voting power runs the new binary",
       "more than 2/3 must be upgraded: see who is not"},
      {Cause::state_sync_failed, "state-sync-failed", "a new node could not begin with a snapshot of the new release's state",
       "read its log; offer snapshots (state-sync.snapshot-interval), and see that the release sets its protocol version"},
      {Cause::node_exited, "node-exited", "a node ended by itself", "read the last lines of its log"},
      // Of how it was done.
      {Cause::wrong_order, "wrong-order", "validators would be upgraded in another order than the runbook's",
       "smallest voting power first, ties by address"},
      {Cause::not_ready, "not-ready", "an item of a pre-upgrade list does not hold", "mend what it names; nothing was upgraded"},
      {Cause::not_confirmed, "not-confirmed", "an operator did not confirm the checksum", "find out why before anything is installed"},
      {Cause::config_not_active, "config-not-active", "a changed configuration is not in effect", "restart the node that was forgotten"},
      {Cause::signing_state_rewound, "signing-state-rewound", "a validator would sign heights again that it has signed",
       "keep the newest priv_validator_state.json, whatever else is restored: it prevents double signing"},
      {Cause::rollback_destroys, "rollback-destroys", "rolling a node's state back across the upgrade would destroy it",
       "restore the data folder from its backup, and keep the newer priv_validator_state.json and cs.wal"},
      {Cause::model_hash_mismatch, "model-hash-mismatch", "the model at its address is not the one that governance is asked for",
       "install nothing; vote no unless the right file is published"},
      {Cause::model_not_loaded, "model-not-loaded", "a stub scores on a node, and nothing there says so",
       "put the file where model_path says and restart the node; ask its model status"},
      {Cause::wrong_model, "wrong-model", "a node scores with another model than the network has agreed on",
       "give it the file with the agreed hash and restart it before it meets a record"},
      {Cause::double_sign, "double-sign", "a validator signed two blocks at one height: it is tombstoned for good",
       "find the second process with its key, and end it; never start one before the other is known to be gone"},
      {Cause::validator_jailed, "validator-jailed", "a validator missed so many blocks that the chain has jailed it",
       "once it has caught up: `tx slashing unjail`, from its own key; look at why it was late"},
      {Cause::blocks_missed, "blocks-missed", "a validator that was up did not sign", "look at its log between those heights"},
      // Of the provider daemon.
      {Cause::provider_config_refused, "provider-config-refused", "the provider daemon does not read its configuration",
       "it is of another release: run migrate-config after an upgrade, bring config.yaml.bak back with a rollback"},
      {Cause::provider_config_key_lost, "provider-config-key-lost", "migrate-config lost a value of the configuration",
       "compare it with config.yaml.bak; put the value in by hand, and mend the migration"},
      {Cause::provider_workloads_lost, "provider-workloads-lost", "the provider daemon has come back without workloads that it had",
       "their processes may still run: see whether it reads the state of the release before it"},
      {Cause::provider_bids_stuck, "provider-bids-stuck", "the provider daemon's bid engine does not follow the chain",
       "its health endpoint does not show it: look at `bids status`, and at the daemon's log"},
      {Cause::provider_exited, "provider-exited", "the provider daemon ended by itself", "read the last lines of its log"},
      // Of what came out.
      {Cause::check_failed, "check-failed", "the upgrade went through, but a checklist item does not hold",
       "see the failed items"},
      {Cause::no_failure, "no-failure", "the scenario expects a failure, and none came",
       "is the defect in what was run? else change `expect`"},
      // Of the machine.
      {Cause::download_failed, "download-failed", "a release could not be downloaded",
       "fetch the URL by hand; is the release published there?", false},
      {Cause::machine_stalled, "machine-stalled", "the machine stood still, or was too slow for the scenario",
       "run again on a machine with less load", false},
      {Cause::no_first_block, "no-first-block", "the network makes no block with the release to upgrade from",
       "read a node's log: did it find its peers? Run again; the new release has not been looked at", false},
      {Cause::fault_in_the_way, "fault-in-the-way", "injected faults, not the release, kept the procedure from going on",
       "give it more time, or let the faults act at another phase", false},
      {Cause::not_proven, "not-proven", "the run came to its end, but something that it has to show was not seen",
       "see the inconclusive items; run again", false},
      {Cause::unknown, "unknown", "none of the rules fits",
       "look at the logs in the run folder; a rule for this is worth adding"},
  };
  return all;
}

const Ordered<Cause>& names(Cause) {
  static const auto all = [] {
    Ordered<Cause> named;
    for (const auto& c : causes()) named.emplace_back(c.name, c.cause);
    return named;
  }();
  return all;
}

void from_json(const nlohmann::json& j, Cause& cause) {
  cause = Cause::none;
  if (j != "") from_json<Cause>(j, cause);
}

bool is_of_release(const std::string& name) {
  const auto found = std::find_if(causes().begin(), causes().end(), [&](const CauseEntry& c) { return name == c.name; });
  return found == causes().end() || found->of_release;
}

std::string advice_for(Cause cause) {
  for (const auto& c : causes())
    if (cause == c.cause) return c.advice;
  return "";
}

Cause cause_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::other:
      return Cause::none;
    case Trouble::checksum_mismatch:
      return Cause::checksum_mismatch;
    case Trouble::archive_corrupt:
      return Cause::archive_corrupt;
    case Trouble::archive_escapes:
      return Cause::archive_escapes;
    case Trouble::binary_missing:
      return Cause::binary_missing;
    case Trouble::wrong_architecture:
      return Cause::wrong_architecture;
    case Trouble::does_not_run:
      return Cause::binary_does_not_run;
    case Trouble::genesis_refused:
      return Cause::genesis_refused;
    case Trouble::download_failed:
      return Cause::download_failed;
  }
  return Cause::none;
}

}  // namespace rehearse
