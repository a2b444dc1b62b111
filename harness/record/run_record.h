// The run record (run.json): the verdict on a run and what it rests on. It is all that reports/ sees, and it
// is a pure function of the journal (design invariant 1). Its JSON Schema is reports/run.schema.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/record/event.h"
#include "localnet/base/json.h"

namespace rehearse::record {

enum class Outcome { pass, fail, inconclusive, skipped, error };

const char* to_string(Outcome);
// Throws std::invalid_argument.
Outcome outcome_from(const std::string&);
void to_json(Json&, Outcome);
void from_json(const Json&, Outcome&);

// One checklist item, step or recovery: one JUnit testcase.
struct CheckResult {
  std::string checklist;  // "Validator Verification Checklist", "Upgrade", ...
  std::string title;      // as the runbook's scripts print it, without the number
  std::string subject;    // a node's name, "network" or "provider"
  Outcome outcome = Outcome::skipped;
  std::string expected, actual;
  std::string message;                // one line: why it is not a pass
  std::vector<std::string> evidence;  // file:line, an answer's source, a height
  double seconds = 0;
};

// Where in the chain it failed, as far as it is known.
struct FailedAt {
  std::int64_t height = 0;  // 0: not known, or at none
  std::string method;       // of ABCI: "EndBlock"
  std::string module;       // whose code it was
};

// Nodes that show the same.
struct NodeGroup {
  std::string shows;
  std::vector<std::string> nodes;
  std::string power;                    // "40 of 100"
  std::vector<std::string> alike = {};  // what just its nodes have, and all of them: "environment GOMAXPROCS: 1"
};

// Why a run failed.
struct Diagnosis {
  Cause cause = Cause::none;
  std::string proven_by;       // the rule's proof in words
  std::string first_evidence;  // the line or fact seen first
  std::string evidence_at;     // file:line of it, relative to the run folder; may be empty
  std::vector<std::string> affected_nodes;
  std::string affected_power;             // "10 of 100"
  std::vector<std::string> consequences;  // what else was seen because of it
  std::string advice;                     // what to do now
  std::string owner = {};                 // whose failure it is: a name of Owner
  FailedAt where = {};
  std::vector<NodeGroup> groups = {};     // when nodes do not all show the same
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(CheckResult, checklist, title, subject, outcome, expected,
                                                actual, message, evidence, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(FailedAt, height, method, module)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(NodeGroup, shows, nodes, power, alike)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Diagnosis, cause, owner, proven_by, first_evidence, evidence_at,
                                                affected_nodes, affected_power, consequences, advice, where, groups)

struct TimePart {
  std::string name;
  double seconds = 0;
};

struct Timing {
  double wall_s = 0;   // the user's command to the end of teardown
  double floor_s = 0;  // what the procedure cannot do without; 0: not all of its moments were reached
  double boot_s = 0, switch_s = 0;  // the measured parts of the floor
  double to_verdict_s = 0;          // from the event that proved a failure (or the last answer) to the end of the scenario
  double harness_cpu_s = 0;         // the harness's own, without the chain's processes
  double harness_peak_mb = 0;       // its largest resident size
  std::vector<TimePart> parts;      // disjoint; sum up to wall_s
  double from_evidence_s = 0;       // as to_verdict_s, from the moment at which the diagnosis' first evidence was seen
};

struct TimelineEntry {
  std::string what;  // "T-0: chain halts at upgrade height", ...
  std::string node;  // empty: the network
  double t_s = 0;    // since the user's command
  double after_halt_s = 0;
};

// How often a kind of fault was planned for a trigger, and what became of it.
struct FaultCoverage {
  std::string fault, phase;
  int planned = 0, applied = 0, healed = 0, skipped = 0;  // what cannot be done on this machine is not planned
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(FaultCoverage, fault, phase, planned, applied, healed, skipped)

// Of several runs: sums of what is of one kind and trigger, in the order in which they are first met.
std::vector<FaultCoverage> sum_up(const std::vector<FaultCoverage>&);

// Records of a store whose keys begin alike, and what became of them from one height to another.
struct PrefixChanges {
  std::string prefix;  // of all keys that changed: "rec/", "0x21"
  std::int64_t added = 0, removed = 0, changed = 0;  // keys
  std::int64_t bytes = 0;   // that keys and values take more than before; below 0: less
  std::int64_t before = 0;  // keys that there were; only where some were removed
  // Removed, and neither the key nor the value stands anywhere else; added, and neither stood anywhere else.
  std::int64_t gone = 0, come = 0;
  std::int64_t ordinary = 0;  // the most that a block beside the upgrade removed
  std::vector<std::string> examples;  // keys of those that are gone
};

struct StoreChanges {
  std::string store;
  bool added = false, removed = false;  // the store itself
  std::vector<PrefixChanges> prefixes;
  std::string trouble;  // why it was not compared to its end
};

// What the profile says holds of the state after every block.
struct InvariantHeld {
  std::string name;
  std::int64_t broken_at = 0;   // the first of the heights looked at (H, the last) at which it does not hold; 0: it holds
  std::int64_t breaches = 0;    // there
  std::vector<std::string> examples;
  std::string trouble;          // why it says nothing of the upgrade: it did not hold before, a store is not there
};

// What each block wrote before the upgrade, and none since, told from so many of them without transactions: "slashing/0x01".
struct BlockWrites {
  static constexpr std::size_t kLeastSince = 2;  // blocks that tell it
  std::int64_t before = 0, since = 0;  // 0: too few are known
  std::vector<std::string> stopped;
};

// What the upgrade, and the blocks since, did to a node's state.
struct StateChanges {
  std::string node;
  std::int64_t before = 0, upgrade = 0, last = 0;  // heights; before: that below the upgrade's
  double seconds = 0;                              // that reading took
  std::vector<StoreChanges> at_upgrade, since;     // stores that differ
  std::vector<InvariantHeld> invariants;
  BlockWrites writes;
  std::string trouble;                             // why nothing could be compared
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PrefixChanges, prefix, added, removed, changed, bytes, before, gone, come,
                                                ordinary, examples)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StoreChanges, store, added, removed, prefixes, trouble)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(InvariantHeld, name, broken_at, breaches, examples, trouble)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(BlockWrites, before, since, stopped)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StateChanges, node, before, upgrade, last, seconds, at_upgrade, since, invariants,
                                                writes, trouble)

// What the scenario says has to come out.
struct Expectation {
  std::string result;    // "pass", or the cause; empty: a record from before there was this field
  std::string owner;     // whose failure that is: a name of Owner; empty for a pass
  std::string incident;  // what happened in the field that it stands for; may be empty
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Expectation, result, owner, incident)

// The run began from a checkpoint that another one had left.
struct ForkedFrom {
  std::string checkpoint;  // its folder
  std::string scenario;    // of that run
  std::string phase;
  std::int64_t height = 0;
  double past_s = 0;  // of timing.wall_s: what that run took until then
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ForkedFrom, checkpoint, scenario, phase, height, past_s)

// How often its failure came again when the run was repeated (--verify).
struct Reproduced {
  int tried = 0;
  int same = 0;    // failed for the same cause
  int passed = 0;  // the rest failed for another, or proved nothing
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Reproduced, tried, same, passed)

struct RunRecord {
  std::string scenario, title, profile;
  Expectation expected;
  std::string verdict;  // pass, fail, inconclusive, error, cancelled, skipped
  std::string skipped;  // why it was not run at all: what the profile lacks
  std::optional<Diagnosis> diagnosis;
  Timing timing;
  std::vector<TimelineEntry> timeline;
  std::vector<CheckResult> checks;
  std::vector<FaultCoverage> coverage;  // of the faults that were injected on purpose
  std::optional<StateChanges> state;    // when a node's state was read
  // Provenance: what was tested, with what, where.
  std::optional<Provenance> from, to;
  std::string cosmovisor_sha256, scenario_digest, profile_digest;
  std::vector<KnownDefect> known_defects;
  std::uint64_t seed = 0;
  std::string harness_version, host, command, started;  // started: RFC 3339
  std::string reproduce;                                // the command line that gives this run again
  std::vector<Member> network;
  std::optional<ForkedFrom> forked_from;                // none: it began from nothing
  std::string bundle;                                   // file of its folder that brings its failure elsewhere; empty: none
  std::optional<Reproduced> reproduced;                 // none: it was not tried
};

Json to_json(const RunRecord&);
RunRecord run_record_from_json(const Json&);

// 0 pass, 1 the release failed, 2 a setting of the scenario or the profile did, 3 inconclusive or error, 130 cancelled. Never a
// count.
int exit_code(const RunRecord&);

}  // namespace rehearse::record
