// The checklists, in the runbook's order with its titles. To add a check: a function in a file of this folder
// and a line in the list it belongs to.
#pragma once

#include <string>
#include <vector>

#include "harness/judge/checks/check.h"
#include "harness/spec/needs.h"

namespace rehearse {

struct Checklist {
  const char* name;   // in scenarios
  const char* title;  // in reports
  const char* runbook;
  std::vector<Check> checks;
  Needs needs = {};  // of the profile
};

bool asks_anything(const Checklist&);

const std::vector<Checklist>& checklists();
const Checklist* find_checklist(const std::string& name);  // null: there is none
std::string checklist_names();  // of those that come after an upgrade

// Those that every upgrade of a chain is looked at with.
const std::vector<std::string>& lists_of_chain();

// The lists that come before an upgrade; their names are those of the steps that see to them, too.
inline constexpr const char* kDayBefore = "pre-upgrade-24h";
inline constexpr const char* kHourBefore = "pre-upgrade-1h";
inline constexpr const char* kJustBefore = "pre-upgrade-now";
bool is_before(const std::string& checklist);
// What the failure of an item is called.
Cause cause_of_failed(const record::CheckResult&);
// The fact that says which checksum was published; none lay beside a file.
inline constexpr const char* kPublishedChecksum = "published-checksum";
// Their items that people see to, and attest.
const std::vector<std::string>& attested_items();
// What each node is asked about its health.
std::vector<Question> health_questions(const Context&);

// All questions of the scenario's checklists at that moment, each once.
std::vector<Question> questions_of(const Context&, const std::string& checkpoint);
// The items that do not hold yet and may still come true, "Peer Count (validator-2)".
std::vector<std::string> unsettled(const Context&);
// Every item of the scenario's checklists; those that were not reached are skipped with that reason.
std::vector<record::CheckResult> judge_checklists(const Context&);

// Of one list alone, as far as things have come.
std::vector<record::CheckResult> judge_checklist(const Context&, const std::string& name);

// What a stopped node's state tells of the upgrade (record::StateChanges): the question that it answers, asked when nodes have
// stopped. Null: no node was asked.
inline constexpr const char* kStateChanges = "state-changes";
const SeenAnswer* state_changes(const NetworkView&);
// What a check of that begins with; without `changes`, `missing` says why.
struct StateLookup {
  std::optional<record::StateChanges> changes;
  Finding missing;
  std::vector<std::string> evidence;
};
StateLookup look_up_state(const Context&);

// One list, or a few of a kind, a file.
std::vector<Check> day_before_checks();
std::vector<Check> hour_before_checks();
std::vector<Check> just_before_checks();
std::vector<Check> timeline_checks();
std::vector<Check> hotfix_timeline_checks();
std::vector<Check> validator_checks();
std::vector<Check> network_checks();
std::vector<Check> state_checks();
std::vector<Check> blocks_kept_checks();
std::vector<Check> votes_counted_checks();
std::vector<Check> service_checks();
std::vector<Check> state_difference_checks();
std::vector<Check> invariant_checks();
std::vector<Check> block_interval_checks();
std::vector<Check> growth_checks();
std::vector<Check> validator_set_checks();
std::vector<Check> validators_kept_checks();
std::vector<Check> missed_blocks_checks();
std::vector<Check> provider_checks();
std::vector<Check> population_checks();
std::vector<Check> rollback_checks();

}  // namespace rehearse
