// The rules, one concept a file. To add one: a function here, its cause in harness/record/cause.h, its line in
// diagnose.cc.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/record/run_record.h"
#include "harness/view/checkpoint.h"
#include "harness/view/view.h"

namespace rehearse {

using Found = std::optional<record::Diagnosis>;

// After the switch to the new binary (upgrade.cc).
Found missing_store_upgrade(const NetworkView&);
Found store_already_there(const NetworkView&);
Found handler_panic(const NetworkView&);
Found handler_error(const NetworkView&);
Found error_after_handler(const NetworkView&);
Found handler_missing(const NetworkView&);
// Beyond the handler (blocks.cc).
Found start_panic(const NetworkView&);
Found handler_panic_on_stack(const NetworkView&);
Found block_panic(const NetworkView&);
Found block_error(const NetworkView&);
Found params_refused(const NetworkView&);
Found proposal_refused(const NetworkView&);
// Of those that stand (standing.cc).
Found vote_extension_refused(const NetworkView&);
Found blocks_stopped(const NetworkView&);
Found not_connected(const NetworkView&);
// The migration is not through when its window is over (upgrade.cc).
Found migration_slow(const NetworkView&);
Found height_not_executed(const NetworkView&);
// A block after it takes the processors, and never ends (standing.cc).
Found block_not_executed(const NetworkView&);
// Blocks cost the nodes more of the processors (standing.cc).
Found blocks_dearer(const NetworkView&);
// Of a node's own settings and files (settings.cc).
Found operator_setting(const NetworkView&);
Found node_files(const NetworkView&);
// Another proposal has taken the plan's place (upgrade.cc).
Found plan_replaced(const NetworkView&);
// When the plan was not to be carried out (upgrade.cc).
Found plan_not_cancelled(const NetworkView&);
Found upgrade_not_skipped(const NetworkView&);
Found upgrade_info_left(const NetworkView&);
// Between nodes (divergence.cc).
Found conflicting_blocks(const NetworkView&);
Found app_hash_divergence(const NetworkView&);
Found results_divergence(const NetworkView&);
Found validators_divergence(const NetworkView&);
Found app_version_divergence(const NetworkView&);
// Of Cosmovisor, not of the release (network.cc).
Found cosmovisor_misread(const NetworkView&);
Found download_checksum(const NetworkView&);
Found download_platform(const NetworkView&);
// What nodes hold: each value, and those that hold it; of the least power first, whatever the values are.
using Groups = std::vector<std::pair<std::string, std::vector<std::string>>>;
// The first height after which nodes hold different states, and which node holds which.
struct Divergence {
  std::int64_t height = 0;
  Groups groups;  // by app hash
};
std::optional<Divergence> first_divergence(const NetworkView&);
// What nodes are asked once the run has failed, and the moment of it (autopsy.h): stopped ones for their stores' hashes,
// for keys that differ; those that still run for the results of a block,
// [{code, gas_wanted, gas_used, data}] by transaction.
inline constexpr const char* kStoreHashes = "store-hashes";
inline constexpr const char* kStateDifference = "state-difference";
inline constexpr const char* kBlockResults = "block-results";
// And a copy of one, started again (failed_block.h): of what it ends that nobody said, {"error": text} or {"panic": text,
// "stack": as Go prints it}; the method of the application that failed, by its name; the
// module whose method was the last to begin; the plan that the program knows, {"known": name or null, "held": whether the proposed
// name stands in the program}.
inline constexpr const char* kSilentFailure = "silent-failure";
inline constexpr const char* kFailedMethod = "failed-method";
inline constexpr const char* kFailedModule = "failed-module";
inline constexpr const char* kPlanOfProgram = "plan-of-program";
// Of the network (network.cc).
Found genesis_refused(const NetworkView&);
Found chain_did_not_halt(const NetworkView&);
// Whose old binary has executed H, in the order of the network.
std::vector<std::string> nodes_past_the_halt(const NetworkView&);
Found validator_jailed(const NetworkView&);
Found quorum_short(const NetworkView&);
Found double_sign(const NetworkView&);
Found node_exited(const NetworkView&);
Found node_given_up(const NetworkView&);

// Of what the new release serves (service.cc).
Found transactions_refused(const NetworkView&);
Found parameters_changed(const NetworkView&);
Found query_broken(const NetworkView&);

// Of the provider daemon (provider.cc).
Found provider_config_refused(const NetworkView&);
Found provider_exited(const NetworkView&);
Found provider_workloads_lost(const NetworkView&);
Found provider_bids_stuck(const NetworkView&);

// Names, power and the earliest line of the nodes that show a line of that pattern for which `fits`.
struct Shown {
  std::vector<std::string> nodes;
  const SeenLine* first = nullptr;
};
using Fits = std::function<bool(const NodeView&, const SeenLine&)>;
bool any_line(const NodeView&, const SeenLine&);
Shown nodes_showing(const NetworkView&, Pattern, const Fits& fits);
// What nodes answered to that at kStopped; null: none was asked, or none knew.
const record::Answered* told_when_stopped(const NetworkView&, const std::string& question);
// The same as text; empty for null.
std::string text_when_stopped(const NetworkView&, const std::string& question);
// A pattern for which `fits` matches the same line, too.
bool also_matches(const NodeView&, const SeenLine&, const std::function<bool(const SeenLine&)>& fits);
// The diagnosis when a node shows such a line.
Found when_shown(const NetworkView&, Pattern, const Fits& fits, Cause,
                 const std::string& proven_by);

// A line of evidence against that validator: chains name it by its address, in hex or bech32.
bool names_validator(const SeenLine&, const record::Member&);

record::Diagnosis make_diagnosis(const NetworkView&, Cause, const std::string& proven_by,
                                 const Shown&);
// The method and the module that returned an error in that block, as far as a copy of the node told.
void tell_where(const NetworkView&, record::Diagnosis&, std::int64_t height);
// Completes its groups: those that do not show it, and what the nodes of each have that no other has.
void tell_groups(const NetworkView&, record::Diagnosis&);
// "10 of 100"; empty for no nodes
std::string power_text(const NetworkView&, const std::vector<std::string>& nodes);
// The end of that node's process that nobody expected; the earliest of all nodes. Null: there is none.
const SeenEnd* unexpected_end(const NodeView&);
const SeenEnd* first_unexpected_end(const NetworkView&);
// The evidence is how that process ended: its panic, else what it said last.
void show_end(record::Diagnosis&, const SeenEnd&);

}  // namespace rehearse
