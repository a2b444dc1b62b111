// Names of the questions that checks and procedures ask: known_questions() (profile.h) says what each is about.
#pragma once

namespace rehearse::question {

// Of a chain.
inline constexpr const char* app_version = "app-version";
inline constexpr const char* peers = "peers";
inline constexpr const char* consensus_state = "consensus-state";
inline constexpr const char* validators = "validators";
inline constexpr const char* signing_info = "signing-info";
inline constexpr const char* current_plan = "current-plan";
inline constexpr const char* applied_plan = "applied-plan";
inline constexpr const char* module_versions = "module-versions";
inline constexpr const char* proposal = "proposal";
inline constexpr const char* transaction = "transaction";
inline constexpr const char* balance = "balance";
inline constexpr const char* supply = "supply";
inline constexpr const char* delegation = "delegation";
inline constexpr const char* app_hash = "app-hash";
inline constexpr const char* account = "account";
inline constexpr const char* balances = "balances";
inline constexpr const char* delegations = "delegations";
inline constexpr const char* unbondings = "unbondings";
inline constexpr const char* votes = "votes";
inline constexpr const char* tally = "tally";
inline constexpr const char* earliest_block = "earliest-block";
inline constexpr const char* validator_set = "validator-set";
inline constexpr const char* slashing_params = "slashing-params";
inline constexpr const char* provider_info = "provider-info";
inline constexpr const char* provider_orders = "provider-orders";
inline constexpr const char* model_status = "model-status";
inline constexpr const char* scored_records = "scored-records";

// Of a provider daemon.
inline constexpr const char* health = "health";
inline constexpr const char* version = "version";
inline constexpr const char* bids = "bids";
inline constexpr const char* workloads = "workloads";

}  // namespace rehearse::question
