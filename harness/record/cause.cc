#include "harness/record/cause.h"

#include <fmt/format.h>

#include <algorithm>

namespace rehearse {

const std::vector<CauseEntry>& causes() {
  static const std::vector<CauseEntry> all = {
      // Of the release, before it runs.
      {Cause::checksum_mismatch, "checksum-mismatch", "the archive is not the published one",
       "the file's SHA-256 against the published one",
       "publish the archive and SHA256SUMS again, together"},
      {Cause::archive_corrupt, "archive-corrupt", "the archive cannot be read",
       "what unpacking it says",
       "build and publish the archive again"},
      {Cause::archive_escapes, "archive-escapes", "the archive holds a path that leaves its folder",
       "the path in the archive",
       "do not unpack it; find out who made it"},
      {Cause::binary_missing, "binary-missing", "the archive does not hold the program",
       "the archive's list of files",
       "pack the program at the top or under bin/"},
      {Cause::wrong_architecture, "wrong-architecture", "the program is for another machine",
       "the program's ELF header, or plan.info",
       "publish the archive for this architecture"},
      {Cause::binary_does_not_run, "binary-does-not-run", "the program does not start here",
       "what the kernel or the loader says of it",
       "run `ldd` and the program's `version` by hand"},
      {Cause::wrong_version_inside, "wrong-version-inside", "the archive holds another version",
       "what `version` prints",
       "check the release job: it packed the wrong build"},
      {Cause::same_version, "same-version", "both releases are the same version",
       "what `version` prints, of both",
       "give a release that is newer with --release to=...", Owner::operators},
      {Cause::genesis_refused, "genesis-refused", "the chain does not take its genesis",
       "a panic or an error in InitChain, or of a command that makes the genesis",
       "look at what it says of it: a value of the profile's genesis, or a known defect that wants a mask"},
      // Of governance.
      {Cause::proposal_rejected, "proposal-rejected", "the proposal did not pass",
       "the proposal's status and tally",
       "look at the tally: who voted, and how", Owner::operators},
      {Cause::proposal_failed, "proposal-failed", "the proposal passed but could not be carried out",
       "the proposal's status",
       "look at the proposal's failed_reason", Owner::operators},  // the release is not what was proposed wrongly
      {Cause::transaction_failed, "transaction-failed", "the chain refused a transaction",
       "the answer to the transaction",
       "look at the command and its answer"},
      // Of the upgrade.
      {Cause::node_files, "node-files", "a node's own files keep it from going on, not the release",
       "the same program has executed block H on other nodes",
       "restore the data folder of this node from its backup, or from another node; look at its data/upgrade-info.json", Owner::operators},
      {Cause::missing_store_upgrade, "missing-store-upgrade", "a module's store was added without a store upgrade",
       "the new program cannot load a store at its version, on every node",
       "add the store to StoreUpgrades.Added of this plan"},
      {Cause::store_already_there, "store-already-there", "a store upgrade adds a store that exists",
       "the new program cannot add a store",
       "take the store that exists out of StoreUpgrades.Added of this plan"},
      {Cause::upgrade_handler_panic, "upgrade-handler-panic", "the upgrade handler panicked",
       "a stack through the handler or its migrations",
       "read the stack trace in the node's log"},
      {Cause::upgrade_handler_error, "upgrade-handler-error", "the upgrade handler returned an error",
       "an error that ends the execution of block H, after the upgrade was begun",
       "read the error; run the migration on exported state"},
      {Cause::upgrade_handler_missing, "upgrade-handler-missing", "the new binary does not know the plan",
       "the new program halts at H as the old one did, or says so",
       "register an upgrade handler under the plan's exact name"},
      {Cause::migration_slow, "migration-slow", "the migration takes longer than its window",
       "the nodes' stacks when the window was over: the upgrade handler was still running",
       "measure it on exported state; split it over blocks, or announce a longer window"},
      {Cause::start_panic, "start-panic", "the new program panics while it is built up, before any block",
       "a panic's stack without any ABCI method",
       "start it on a copy of a node; a module may be missing in a list of the module manager"},
      {Cause::version_unknown, "version-unknown", "the program prints no version",
       "what `version` prints",
       "build it with -X github.com/cosmos/cosmos-sdk/version.Version=...: operators cannot tell it from another"},
      {Cause::plan_replaced, "plan-replaced", "another proposal has put its plan in the place of this one",
       "the plan's name in what the chain says at its halt",
       "a chain has one plan: look at `query upgrade plan` again after every proposal, to the height itself", Owner::operators},
      {Cause::plan_not_cancelled, "plan-not-cancelled", "the chain halts for a plan that was to be cancelled",
       "the halt itself",
       "the cancellation must pass before the upgrade height: look at its proposal's status and end of voting", Owner::operators},
      {Cause::upgrade_not_skipped, "upgrade-not-skipped", "a node halts again at the height that was to be skipped",
       "a second halt at H",
       "start it with --unsafe-skip-upgrades and the upgrade height, as the others", Owner::operators},
      {Cause::cosmovisor_misread, "cosmovisor-misread", "Cosmovisor cannot read upgrade-info.json, and panicked",
       "Cosmovisor's panic",
       "look at data/upgrade-info.json: the chain writes it at the halt, and nobody else should", Owner::operators},
      {Cause::upgrade_info_left, "upgrade-info-left", "Cosmovisor finds upgrade-info.json of a release that was taken back, and stops the node for it",
       "what Cosmovisor says when it stops the node",
       "set data/upgrade-info.json aside on every node before Cosmovisor starts", Owner::operators},
      {Cause::app_hash_divergence, "app-hash-divergence", "nodes computed different states from the same block",
       "the app hashes of nodes and headers; the stores of stopped nodes",
       "compare the stores of one node of each group; look for map iteration, time, environment or local files"},
      {Cause::conflicting_blocks, "conflicting-blocks", "two blocks at one height",
       "the hashes of the nodes' blocks",
       "stop everything: the network has forked"},
      {Cause::chain_did_not_halt, "chain-did-not-halt", "the chain went past the upgrade height",
       "the application's height on the old program",
       "was the plan cancelled, or does the old binary know it?"},
      {Cause::quorum_short, "quorum-short", "too little voting power runs the new binary",
       "which nodes have executed block H, and their power",
       "more than 2/3 must be upgraded: see who is not", Owner::operators},
      {Cause::state_sync_failed, "state-sync-failed", "a new node could not begin with a snapshot of the new release's state",
       "the joining node's height, state and log",
       "read its log; offer snapshots (state-sync.snapshot-interval), and see that the release sets its protocol version"},
      {Cause::node_exited, "node-exited", "a node ended by itself",
       "the end of a process that nobody expected",
       "read the last lines of its log"},
      // Of the blocks after it, or of the block itself, beyond the handler.
      {Cause::block_panic, "block-panic", "the application panics while it executes a block, or CometBFT does",
       "a panic's stack without the upgrade handler: CONSENSUS FAILURE, or the end of the process",
       "read the frames: the module and the ABCI method stand there; run the block again on a copy of a node"},
      {Cause::block_error, "block-error", "a block cannot be executed: the application returns an error, or CometBFT refuses its answer",
       "CONSENSUS FAILURE with an error of the block; where a node logs nothing, the end of its consensus, and the error of a copy of it",
       "read the error; run the block again on a copy of a node"},
      {Cause::proposal_refused, "proposal-refused", "the application refuses proposed blocks",
       "rounds in which validators say that their application has rejected the proposal",
       "compare the release's PrepareProposal and ProcessProposal"},
      {Cause::vote_extension_refused, "vote-extension-refused", "the application refuses the vote extensions of its peers",
       "consensus stands at precommit with more than 2/3 of the prevotes, and vote extensions are on",
       "compare the release's ExtendVote and VerifyVoteExtension, and the height from which they are on"},
      {Cause::consensus_params_refused, "consensus-params-refused", "CometBFT refuses the consensus parameters that the application returns",
       "CometBFT's error on the block",
       "look at what the handler writes into x/consensus; vote extensions can be enabled from a later height on only"},
      {Cause::results_divergence, "results-divergence", "nodes have the same state, and other results of the transactions",
       "the header's LastResultsHash; the results that nodes have of that block",
       "compare code, data and gas of each transaction of the block before: look for what depends on the node"},
      {Cause::validators_divergence, "validators-divergence", "nodes have another validator set or other consensus parameters",
       "the header's ValidatorsHash, NextValidatorsHash or ConsensusHash",
       "compare the validator updates and parameters that the application returns on one node of each group"},
      {Cause::app_version_divergence, "app-version-divergence", "nodes have another version of the application's protocol",
       "the header's Version",
       "all nodes have to set the same protocol version at the same height"},
      {Cause::blocks_stopped, "blocks-stopped", "no block is made any more, and nothing is said of it",
       "consensus stands at one height, round and step on more than 2/3 of the power, or in a call of the application that does not return, or has ended; a call that sleeps, computes or reads has as long as the chain has to resume",
       "read where the goroutines stand: a lock, or a call that does not return"},
      // Of what the new release serves.
      {Cause::transactions_refused, "transactions-refused", "the new release refuses a kind of transaction that was accepted before it",
       "a transaction of that kind before the upgrade, and one after it",
       "look at its code, codespace and log; a kind that is gone on purpose is announced by `changes: {transactions: [...]}`"},
      {Cause::parameters_changed, "parameters-changed", "the upgrade changed parameters that nobody announced",
       "each module's parameters before the upgrade, and after it",
       "look at what the upgrade handler and the module's migration write; a change on purpose is announced by `changes: {parameters: [...]}`"},
      {Cause::query_broken, "query-broken", "a query that was answered before the upgrade is refused after it",
       "each query that needs no arguments, before the upgrade and after it",
       "look at how the release registers the module's services; one that is gone on purpose is announced by `changes: {queries: [...]}`"},
      // Of a chain that goes on, and is another than it was.
      {Cause::records_lost, "records-lost", "records of the state vanished in the upgrade",
       "keys that stood at H-1 and stand nowhere at H, nor do their values; no ordinary block removes such",
       "look at what the migration does to these keys; if it is meant so, announce it under `changes: records:`"},
      {Cause::invariant_broken, "invariant-broken", "what holds of the state after every block does not since the upgrade",
       "sums and counts of a stopped node's records, at H-1 and after: the profile's `invariants:`, those of the SDK's modules among them",
       "look at what the migration writes to one of the two sides; if it is meant so, announce it under `changes: invariants:`"},
      {Cause::blocks_slow, "blocks-slow", "blocks take longer since the upgrade",
       "the median time between blocks, against before, by a rank test; on a machine that had processors to spare, or whose processors the nodes themselves take for their blocks, more than before",
       "profile the new release's blocks; if it is meant so, raise the profile's `block_interval: most_growth`"},
      {Cause::memory_growth, "memory-growth", "nodes grow with every block since the upgrade",
       "a trend over the blocks after the upgrade that was not there before",
       "take two profiles of its heap, or of its goroutines, some blocks apart and compare them"},
      {Cause::afterwards_failed, "afterwards-failed", "the upgraded chain does not do what a chain has to do later",
       "what was asked of it after the upgrade: validators that change, a proposal, what unbonds, one that was jailed and comes back, a node that replays, a network from an export",
       "see the failed step: what was sent to the chain, and what it did not do"},
      // Of how it was done.
      {Cause::operator_setting, "operator-setting", "a setting of a node, not the release, makes it stop or keep silent",
       "what the node says of the setting, or that just the nodes with it fail",
       "change the setting that is named, or leave it as the chain's init writes it", Owner::operators},
      {Cause::wrong_order, "wrong-order", "validators would be upgraded in another order than the runbook's",
       "voting power and addresses",
       "smallest voting power first, ties by address", Owner::operators},
      {Cause::not_ready, "not-ready", "an item of a pre-upgrade list does not hold",
       "the item's answer",
       "mend what it names; nothing was upgraded", Owner::operators},
      {Cause::not_confirmed, "not-confirmed", "an operator did not confirm the checksum",
       "the operator's answer",
       "find out why before anything is installed", Owner::operators},
      {Cause::config_not_active, "config-not-active", "a changed configuration is not in effect",
       "what the node does with a transaction of that size",
       "restart the node that was forgotten", Owner::operators},
      {Cause::signing_state_rewound, "signing-state-rewound", "a validator would sign heights again that it has signed",
       "priv_validator_state.json against the last signature",
       "keep the newest priv_validator_state.json, whatever else is restored: it prevents double signing", Owner::operators},
      {Cause::rollback_destroys, "rollback-destroys", "rolling a node's state back across the upgrade would destroy it",
       "the node's height against H",
       "restore the data folder from its backup, and keep the newer priv_validator_state.json and cs.wal", Owner::operators},
      {Cause::model_hash_mismatch, "model-hash-mismatch", "the model at its address is not the one that governance is asked for",
       "the file's SHA-256 against the proposal's",
       "install nothing; vote no unless the right file is published"},
      {Cause::model_not_loaded, "model-not-loaded", "a stub scores on a node, and nothing there says so",
       "what the node says of its model",
       "put the file where model_path says and restart the node; ask its model status", Owner::operators},
      {Cause::wrong_model, "wrong-model", "a node scores with another model than the network has agreed on",
       "what the node says of its model",
       "give it the file with the agreed hash and restart it before it meets a record", Owner::operators},
      {Cause::double_sign, "double-sign", "a validator signed two blocks at one height: it is tombstoned for good",
       "evidence in the chain",
       "find the second process with its key, and end it; never start one before the other is known to be gone", Owner::operators},
      {Cause::validator_jailed, "validator-jailed", "a validator missed so many blocks that the chain has jailed it",
       "the chain's list of validators",
       "once it has caught up: `tx slashing unjail`, from its own key; look at why it was late", Owner::operators},
      {Cause::blocks_missed, "blocks-missed", "a validator that was up did not sign",
       "the signatures in the blocks",
       "look at its log between those heights"},
      // Of the provider daemon.
      {Cause::provider_config_refused, "provider-config-refused", "the provider daemon does not read its configuration",
       "what the daemon says at its start",
       "it is of another release: run migrate-config after an upgrade, bring config.yaml.bak back with a rollback"},
      {Cause::provider_config_key_lost, "provider-config-key-lost", "migrate-config lost a value of the configuration",
       "the configuration before and after",
       "compare it with config.yaml.bak; put the value in by hand, and mend the migration"},
      {Cause::provider_workloads_lost, "provider-workloads-lost", "the provider daemon has come back without workloads that it had",
       "the daemon's lists before and after",
       "their processes may still run: see whether it reads the state of the release before it"},
      {Cause::provider_bids_stuck, "provider-bids-stuck", "the provider daemon's bid engine does not follow the chain",
       "the bid engine's height against the chain's",
       "its health endpoint does not show it: look at `bids status`, and at the daemon's log"},
      {Cause::provider_exited, "provider-exited", "the provider daemon ended by itself",
       "the end of its process",
       "read the last lines of its log"},
      // Of what came out.
      {Cause::check_failed, "check-failed", "the upgrade went through, but a checklist item does not hold",
       "the item's answer",
       "see the failed items"},
      {Cause::no_failure, "no-failure", "the scenario expects a failure, and none came",
       "every step and check",
       "is the defect in what was run? else change `expect`"},
      // Of the machine.
      {Cause::download_failed, "download-failed", "a release could not be downloaded",
       "what the transfer says",
       "fetch the URL by hand; is the release published there?", Owner::machine},
      {Cause::machine_stalled, "machine-stalled", "the machine stood still, or was too slow for the scenario",
       "the harness's own clock, and the time that a node waited for a processor",
       "run again on a machine with less load", Owner::machine},
      {Cause::no_first_block, "no-first-block", "the network makes no block with the release to upgrade from",
       "the nodes' heights",
       "read a node's log: did it find its peers? Run again; the new release has not been looked at", Owner::chain},
      {Cause::fault_in_the_way, "fault-in-the-way", "injected faults, not the release, kept the procedure from going on",
       "the faults that were open",
       "give it more time, or let the faults act at another phase", Owner::harness},
      {Cause::not_proven, "not-proven", "the run came to its end, but something that it has to show was not seen",
       "the items that are inconclusive",
       "see the inconclusive items; run again", Owner::harness},
      {Cause::unknown, "unknown", "none of the rules fits",
       "what each node said last, and where it is",
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

const Ordered<Owner>& names(Owner) {
  static const Ordered<Owner> all = {{"release", Owner::release}, {"operator", Owner::operators}, {"chain", Owner::chain},
                                     {"machine", Owner::machine}, {"harness", Owner::harness}};
  return all;
}

Owner owner_of(Cause cause) {
  const auto found =
      std::find_if(causes().begin(), causes().end(), [&](const CauseEntry& c) { return cause == c.cause; });
  return found == causes().end() ? Owner::release : found->owner;
}

std::string causes_document() {
  std::string table =
      "# Causes\n\n"
      "What a run can fail for: `diagnosis.cause` in run.json, and the first word after FAIL. Made by\n"
      "`./rehearse list --causes --format md`. Whose it is decides the verdict: of the release or of an operator, the run has\n"
      "failed (exit 1; 2 for `operator-setting`); of the chain, the machine or the harness, it says nothing about the release\n"
      "(exit 3).\n\n"
      "| Cause | Whose | Meaning | Evidence | Advice |\n|---|---|---|---|---|\n";
  for (const auto& c : causes())
    table += fmt::format("| `{}` | {} | {} | {} | {} |\n", c.name, name_of(c.owner), c.meaning, c.evidence, c.advice);
  return table;
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
