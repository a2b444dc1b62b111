// One line of the journal (events.jsonl): what was observed, what was done, and nothing else. Everything that
// is judged is computed from these (design invariant 1), so an event must carry all that a judgement needs.
//
// The set is closed: to add an event, add a struct here, its fields in event.cc, and its fold in
// harness/view.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "harness/record/cause.h"
#include "harness/record/states.h"
#include "localnet/base/phase.h"
#include "localnet/base/json.h"

namespace rehearse::record {

using Json = nlohmann::json;
using Micros = std::int64_t;  // microseconds since the Unix epoch, UTC

inline constexpr int kSchemaVersion = 1;

// --- observed
// ------------------------------------------------------------------------------------------------

// A chain process runs: started by us, or by Cosmovisor (seen in its log). Raises the node's incarnation.
struct ProcessStarted {
  static constexpr const char* kind = "process-started";
  int pid = 0;          // 0: not known (a child of Cosmovisor)
  std::string program;  // path as the supervisor names it
};

struct Frame {
  std::string function, file;
  std::int64_t line = 0;
};

// A Go panic, or what the runtime ends a process with.
struct Panic {
  std::string text;  // of the first one; empty: there was none
  std::string goroutine;
  std::vector<Frame> frames;  // the innermost first, without those of Go's runtime
  std::int64_t line = 0;      // where it stands, 1-based
  bool fatal = false;         // "fatal error: ", not "panic: ": nothing recovers from it
};

struct ProcessEnded {
  static constexpr const char* kind = "process-ended";
  std::string program;  // what was supervised: the chain binary or Cosmovisor
  int exit_code = -1;   // -1: ended by a signal
  int signal = 0;
  std::vector<std::string> last_lines;  // of its output
  std::string file;                     // where the last of them stands, relative to the run folder
  std::int64_t line = 0;                // 1-based; 0: it said nothing
  bool starts_again = false;            // it failed, and its supervisor starts it again by itself
  Panic panic = {};
  std::string said = {};       // the first of the last lines that no logger wrote: a command's error, before its help
  std::int64_t said_line = 0;  // where it stands
};

// A log line that matches a pattern of the profile, or is at level ERR (`pattern` is "error" when no other matches).
// A line that matches several patterns makes several events, of one file and line.
struct LogLine {
  static constexpr const char* kind = "log";
  std::string pattern;
  std::string text;                   // ANSI stripped
  bool error = false;                 // at level ERR
  std::vector<std::string> captures;  // of the pattern's groups
  std::string file;                   // relative to the run folder
  std::int64_t offset = 0;            // bytes from the start of the file
  std::int64_t line = 0;              // 1-based
};

// A node's data/upgrade-info.json, by which the old release hands a plan over to its supervisor: it has halted for it.
struct UpgradeInfoSeen {
  static constexpr const char* kind = "upgrade-info";
  std::string name;
  std::int64_t height = 0;
};

// How much of a process's log could be read, once it says no more: lines, and those of them whose level is known.
struct LogCounted {
  static constexpr const char* kind = "log-counted";
  std::int64_t lines = 0, levelled = 0;
};

// What a node says of itself when polled: /status and /abci_info.
struct HeadSeen {
  static constexpr const char* kind = "head";
  std::int64_t store_height = 0;  // latest block in the block store
  std::string block_hash;
  std::int64_t app_height = 0;  // last height the application committed
  std::string app_hash;         // after app_height, upper hex
  std::string app_version;
  bool catching_up = false;
};

struct Signature {
  std::string validator;  // consensus address, upper hex
  int flag = 1;           // 1 absent, 2 commit, 3 nil
};

// Where the consensus of a node is that makes no block: asked once it has stood for a while (consensus_probe.h).
struct ConsensusProbed {
  static constexpr const char* kind = "consensus";
  std::int64_t height = 0;
  int round = 0;
  int step = 0;  // 1 NewHeight to 8 Commit; 0: it does not answer, and its stack says where it is
  double prevoted = 0, precommitted = 0;  // share of the power whose votes of this round it has
  int peers = 0;
  std::int64_t extensions_from = 0;  // the height from which on votes have extensions; 0: off, or not known
  std::vector<Frame> stack;          // of the goroutine that runs consensus; empty: not known
  std::string state;                 // of that one, as Go says it; kNoGoroutine (localnet/cosmos/goroutines.h): it has ended; empty: not known
  std::vector<Frame> holder;         // consensus waits for its turn to call the application: of the goroutine that is in there
  bool goes_on = false;              // who is in the application may go on by itself: it sleeps, runs, reads
};

// A block of the chain with the commit that sealed it, as a node served it.
struct BlockSeen {
  static constexpr const char* kind = "block";
  std::int64_t height = 0;
  std::string hash;
  std::string app_hash;  // in the header: the state after height - 1
  Micros time = 0;       // header time
  std::string proposer;
  int round = 0;
  std::vector<Signature> signatures;
};

// The answer to a question of the profile (or that no source answered it).
struct Answered {
  static constexpr const char* kind = "answer";
  std::string checkpoint;  // "before", "after", or the step that asked
  std::string question;  // its name in the profile
  std::map<std::string, std::string> args;
  std::int64_t height = 0;  // 0: latest
  std::string source;       // "rpc", "rest" or "cli": the one that answered
  bool answered = false;
  bool absent = false;  // a real answer that says: there is none
  Json value;
  std::string error;  // when not answered: one line a source
};

// What the chain answered when it was asked everything that needs no arguments (localnet/cosmos/survey.h).
struct Surveyed {
  static constexpr const char* kind = "survey";
  std::string checkpoint;  // as of an answer
  bool listed = true;      // the chain's reflection service says what there is; else routes were tried
  std::string error;       // why nothing was asked; empty: something was
  Json parameters = Json::object();            // module -> field -> value
  std::vector<std::string> answered;           // routes
  std::map<std::string, std::string> refused;  // of those that had answered before: route -> what it says instead
  Json defaults = Json::object();              // of parameters that changed: the new release's own, as far as it tells them
  std::vector<std::string> moving;             // "module.field" of those that change from block to block by themselves
  std::vector<std::string> served;             // of modules none of whose queries answers without arguments: a route that asks for some
};

// A transaction of a kind that the profile names, of an account of the network's own.
struct TransactionTried {
  static constexpr const char* kind = "transaction";
  std::string checkpoint;   // as of an answer
  std::string transaction;  // its kind
  std::string account, hash;
  std::int64_t height = 0;  // of the block that it is in; 0: it is in none
  int code = 0;             // of the mempool that took it, or of its block; 0: it was carried out
  std::string codespace, log;
  std::string error;  // why it could not be tried; empty: it was
  Json was, is;       // what the question for its effect says before it, and then; null: none was asked
  bool forged = false;  // its signature is wrong on purpose: a node was asked to check it, and no mempool has it
  std::int64_t gas_used = 0;  // of its result in the block, or of a simulation; 0: not told
  // Of its result in the block: how many events, and by these what its account paid, fee and all, and what was the fee of that; denom ->
  // amount.
  std::int64_t events = 0;
  std::map<std::string, std::string> paid = {}, fee = {};
  std::map<std::string, std::set<std::string>> attributes = {};  // of these events: type -> keys, of all of that type together
  std::map<std::string, std::set<std::string>> indexed = {};     // of these the ones that a node finds it by (tx_search)
};

struct Sampled {
  static constexpr const char* kind = "sample";
  std::int64_t rss_bytes = 0;
  double cpu_seconds = 0;
  double waited_seconds = 0;  // for a processor, its threads together
  std::int64_t open_files = 0, data_bytes = 0;  // of its data folder; 0: not sampled
  std::int64_t goroutines = 0;                  // 0: not known
};

// The harness did not run for that long although it wanted to: the machine stalled.
struct Stalled {
  static constexpr const char* kind = "stall";
  double seconds = 0;
};

// --- did
// -----------------------------------------------------------------------------------------------------

struct Member {
  std::string name;
  bool validator = true;
  std::int64_t power = 0;
  std::string consensus_address;  // upper hex, empty for a full node
  std::string operator_address;
  std::string account;
  std::string ip;
  std::string node_id = {};  // lower hex, as its peers call it
};

struct Provenance {
  std::string name, version, plan, archive, sha256, binary_sha256, printed_version;
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Member, name, validator, power, consensus_address,
                                                operator_address, account, ip, node_id)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Provenance, name, version, plan, archive, sha256,
                                                binary_sha256, printed_version)

// What was known to be wrong with the chain, and whether the run hid it.
struct KnownDefect {
  std::string name, symptom;
  bool masked = true;
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(KnownDefect, name, symptom, masked)

inline constexpr std::int64_t kMostBlocksAfter = 10'000;

// First event of a run: what is tested, with what, where.
struct RunStarted {
  static constexpr const char* kind = "run-started";
  std::string scenario, profile, profile_digest, scenario_digest;
  std::uint64_t seed = 0;
  std::string harness_version, host, command;
  Micros invoked = 0;  // when the user's command started
  std::vector<KnownDefect> known_defects;
  Json conditions = Json::object();  // numbers that timing needs: nominal_block_s, blocks_after
};

struct ReleasesOpened {
  static constexpr const char* kind = "releases-opened";
  Provenance from, to;
  // As each release says; empty: not known.
  std::map<std::string, std::int64_t> from_module_versions, to_module_versions;
  std::string cosmovisor_sha256;
};

struct NetworkPlanned {
  static constexpr const char* kind = "network-planned";
  std::string chain_id, supervisor;
  double voting_period_s = 0;   // of the upgrade's proposal
  std::string watched_account;  // nobody uses it: its balance must stay
  std::vector<Member> members;
};

// The provider daemon that the run has, and its releases as they become known.
struct ProviderPlanned {
  static constexpr const char* kind = "provider-planned";
  std::string address;  // of its account
  Provenance from, to;
};

// A command of the provider's operator, or of its customers at the same time, has ended.
struct CommandRan {
  static constexpr const char* kind = "command";
  std::string command;
  Micros started = 0;
};

struct PhaseEntered {
  static constexpr const char* kind = "phase";
  Phase phase = Phase::prepare;
};

struct StepStarted {
  static constexpr const char* kind = "step-started";
  std::string step, title, runbook;
};

struct StepEnded {
  static constexpr const char* kind = "step-ended";
  std::string step;
  StepOutcome outcome = StepOutcome::error;
  std::string detail;
};

// The plan the chain is to carry out, as it was proposed.
struct PlanProposed {
  static constexpr const char* kind = "plan-proposed";
  std::string name, info, proposal;
  std::int64_t height = 0;
};

// A run of several procedures, one after the other, comes to the next, with the releases that this one is about. Its steps
// and the checkpoints of its questions carry its name; what was expected before is settled.
struct LegStarted {
  static constexpr const char* kind = "leg-started";
  std::string leg, title;
  ReleasesOpened releases;
};

// It is carried out and verified.
struct LegEnded {
  static constexpr const char* kind = "leg-ended";
  std::string leg;
};

// What the network must be once the procedure is through: what is checked afterwards is judged against it. Without it: after
// the plan's height, the new release, with the plan carried out.
struct ExpectedOutcome {
  static constexpr const char* kind = "aimed";
  std::int64_t height = 0;     // what comes after it is after the upgrade
  WhichRelease release = WhichRelease::to;  // that every node runs
  bool applied = true;         // the plan was carried out
  std::string model_hash = {};  // that every node scores with; empty: the one from before
  WhichRelease provider = WhichRelease::to;  // that the provider daemon runs, if there is one
};

// A step expects this of the node (of all, when the event names none), until one with `begins` false: it is then no
// failure.
struct Expected {
  static constexpr const char* kind = "expected";
  Cause what = kProcessEnds;
  std::string reason;
  bool begins = true;
};

// A failure that is brought about on purpose, as it was planned; one event for each time that it is to happen.
struct FaultPlanned {
  static constexpr const char* kind = "fault-planned";
  std::string id;     // unique in the run
  std::string fault;  // its kind
  std::string when;   // its trigger, as it is written
  std::string who;    // the same of its target
  std::vector<std::string> nodes;   // that it acts on, as far as they are known beforehand
  std::vector<Cause> expected_causes;  // that it brings about by itself
  double lasts_s = 0;
  bool disruptive = true;  // what is late while it acts may be late because of it
};

// A planned fault came to another state. `injecting` is written before anything is done: what was begun can be found after a crash.
struct FaultTransition {
  static constexpr const char* kind = "fault";
  std::string id;
  FaultState state = FaultState::planned;
  std::string detail;              // the evidence, or what is lacking
  // Of injecting: what it acts on; whose processes may end, and whose power counts for nothing, until it has recovered; when
  // it should have begun.
  std::vector<std::string> nodes, takes_down;
  Micros due = 0;
  std::string finding = {};  // of recovered: what was done for it beyond the heal; empty: nothing
};

// What became of the transactions that a fault has sent, once no more were sent.
struct TransactionsAccounted {
  static constexpr const char* kind = "transactions";
  std::string fault;                // its id
  std::int64_t accepted = 0;        // different ones that some node took
  std::int64_t sent_again = 0;      // times that one was accepted once more
  std::int64_t refused = 0;         // times that a node would not take one
  std::int64_t in_blocks = 0;       // in a block, and carried out
  std::vector<std::string> missing;  // hashes of accepted ones that are in no block
  std::vector<std::string> failed;   // "HASH: code 5" of those in a block that were not carried out
  std::int64_t sequence = 0;        // transactions of the account, as the chain counts them
  std::int64_t received = 0;        // coins that they brought, one each
};

// Why the run ended before its procedure did, or that it was carried out whole.
struct RunStopped {
  static constexpr const char* kind = "run-stopped";
  StopReason reason = StopReason::error;
  std::string detail;
  std::string step;
  Cause cause = Cause::none;  // when whoever stopped it knows
};

struct TeardownEnded {
  static constexpr const char* kind = "teardown-ended";
  double cpu_seconds = 0;            // of the harness itself, in this run
  std::int64_t peak_rss_bytes = 0;
};

struct Milestone {
  static constexpr const char* kind = "moment";
  MilestoneName name = MilestoneName::started;
};

// The run began from a network that another one had frozen (harness/run/checkpoint_folder.h): what stands before this is of that one,
// told as if it had ended when this run was asked for.
struct Forked {
  static constexpr const char* kind = "forked";
  std::string checkpoint;  // its folder
  std::string scenario;    // of the run that left it
  Phase phase = Phase::prepare;
  std::int64_t height = 0;  // the highest of its blocks that was seen
  double past_s = 0;        // that the past took; nobody waited for it in this run
};

// --- judged
// --------------------------------------------------------------------------------------------------

struct Judged {
  static constexpr const char* kind = "judged";
  Json check;  // a CheckResult of run_record.h
};

struct Concluded {
  static constexpr const char* kind = "concluded";
  std::string verdict;
  Json diagnosis;
};

using Body =
    std::variant<ProcessStarted, ProcessEnded, LogLine, UpgradeInfoSeen, LogCounted, HeadSeen, ConsensusProbed, BlockSeen, Answered, Surveyed, TransactionTried, Sampled, Stalled,
                 RunStarted, ReleasesOpened, NetworkPlanned, ProviderPlanned, CommandRan, PhaseEntered, StepStarted, StepEnded,
                 PlanProposed, LegStarted, LegEnded, ExpectedOutcome, Expected, FaultPlanned, FaultTransition, TransactionsAccounted, RunStopped, TeardownEnded, Milestone,
                 Forked, Judged, Concluded>;

struct Event {
  std::int64_t seq = 0;
  Micros seen = 0;       // when the harness saw or did it
  Micros at_source = 0;  // when it happened, where the source says so; else 0
  std::string node;      // empty: the whole network or the run
  int incarnation = 0;   // of the node's process; 0 before the first
  Body body;
};

// "observed", "did" or "judged".
const char* class_of(const Body&);
const char* kind_of(const Body&);

Json to_json(const Event&);
// Throws nlohmann::json::exception or std::invalid_argument on what is not an event of this schema.
Event event_from_json(const Json&);

}  // namespace rehearse::record
