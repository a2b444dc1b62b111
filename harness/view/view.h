// What is known of the network, folded from the journal's events (design invariant 2). Goals, rules of
// diagnosis, checks and timing all read this and nothing else; live and offline it is the same.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/record/event.h"
#include "localnet/profile/patterns.h"

namespace rehearse {

using record::Micros;

struct SeenLine {
  std::int64_t seq = 0;
  Micros seen = 0;
  int incarnation = 0;
  record::LogLine line;
  bool ending = false;                  // its process was expected to end then
  std::optional<Pattern> pattern = {};  // that it matches
  std::string setting = {};             // "app.toml halt-height": it says that this one stops the node
  bool unmatched = false;               // an error that matches nothing
  // "nodes/validator-1/logs/node.log:120"
  std::string place() const { return line.file + ":" + std::to_string(line.line); }
};

struct SeenEnd {
  std::int64_t seq = 0;
  Micros seen = 0;
  int incarnation = 0;
  bool of_fault = false;  // a fault had taken the node down; from the second end after its heal on, the node's own
  bool excused = false;   // by a fault, or a step expected it, or its supervisor starts the process again and that may still help
  record::ProcessEnded end;
};

struct NodeView {
  record::Member member;
  int incarnation = 0;
  bool alive = false;
  Micros started = 0;  // of this incarnation
  std::set<int> revived;  // incarnations that only began again what had ended: by a service manager, or after a fault
  std::vector<Micros> starts;  // of all incarnations
  std::string program;
  std::vector<SeenEnd> ends;
  int failed = 0;                 // ends by itself in a row, without a block of its own in between
  std::int64_t failed_above = 0;  // the highest block that it had at the last of them
  record::HeadSeen head;  // of this incarnation; zero before its first answer
  Micros head_seen = 0;
  std::map<std::int64_t, std::string> app_hashes;    // its own, by the height they are the state after
  std::map<std::int64_t, std::string> block_hashes;  // of its latest blocks
  std::map<std::int64_t, Micros> committed;  // app_height -> when it was first seen; see committed_at
  std::map<std::int64_t, Micros> stored;     // the same of store_height
  std::vector<SeenLine> lines;               // matched log lines, in order
  std::vector<SeenLine> lines_of_past_legs;  // that brought a failure about on purpose: they prove nothing
  // That the old release has halted for a plan: its log says so, or it has left upgrade-info.json.
  struct Halt {
    Micros seen = 0;
    int incarnation = 0;
  };
  std::optional<Halt> halt;           // the first for the plan that was proposed last
  record::LogCounted log;             // of its last process
  struct Probe {
    Micros seen = 0;
    int incarnation = 0;
    record::ConsensusProbed consensus;
  };
  std::vector<Probe> probes;
  struct Sample {
    Micros seen = 0;
    int incarnation = 0;
    record::Sampled of;
  };
  std::vector<Sample> samples;

  // The first line of that pattern at or after `incarnation`; null when there is none.
  const SeenLine* line(Pattern, int from_incarnation = 0) const;
  // When app_height (or store_height) was first seen at or above `height`; nothing when not yet.
  std::optional<Micros> committed_at(std::int64_t height) const;
  std::optional<Micros> stored_at(std::int64_t height) const;
  // The highest block that it was seen to have by then; 0: none.
  std::int64_t height_at(Micros) const;
};

struct SeenAnswer {
  std::int64_t seq = 0;
  Micros seen = 0;
  std::string node;
  record::Answered answer;
};

struct SeenFault {
  record::FaultPlanned plan;
  std::vector<std::string> nodes, takes_down;  // that it acts on; that it takes away while it is open
  struct Transition {
    FaultState state = FaultState::planned;
    std::string detail, finding;
    Micros seen = 0;
  };
  std::vector<Transition> transitions;
  Micros due = 0;  // when it should have begun
  const Transition* transition(FaultState) const;  // null: it has not come that far
  // From where on it counts no more; null: it does, or was never begun.
  const Transition* end() const;
  // It was begun, and not all is as it was before.
  bool open() const;
  bool open_at(Micros) const;
  bool expects(Cause) const;
};

struct SeenStep {
  record::StepStarted step;
  Micros started = 0, ended = 0;  // ended 0: not yet
  StepOutcome outcome = StepOutcome::error;  // once it has ended
  std::string detail;
};

struct SeenLeg {
  record::LegStarted leg;
  Micros started = 0, ended = 0;  // ended 0: not yet
};

struct SeenBlock {
  record::BlockSeen block;
  Micros seen = 0;
};

// How events name the provider daemon; it is no node.
inline constexpr const char* kProvider = "provider";

struct NetworkView {
  std::int64_t last_seq = 0;
  Micros last_seen = 0;
  std::uint64_t progress = 0;  // grows with everything that shows the network moving
  std::uint64_t asked = 0;     // with what standing nodes answer: to be judged, and no progress

  std::optional<record::RunStarted> run;
  Micros run_seen = 0;
  std::optional<record::ReleasesOpened> releases;
  Micros releases_seen = 0;
  std::optional<record::NetworkPlanned> network;
  std::vector<std::string> order;  // node names as planned
  std::map<std::string, NodeView> nodes;
  std::optional<record::ProviderPlanned> provider_plan;
  NodeView provider;  // its process and its log
  std::map<std::int64_t, SeenBlock> blocks;
  // The first value of each height, and the heights of which another was seen too: a rule that looks for
  // nodes that differ is asked after every event, and must not go over all heights each time.
  struct ValuesByHeight {
    std::map<std::int64_t, std::string> first;
    std::set<std::int64_t> disputed;
    void add(std::int64_t height, const std::string& value);
  };
  ValuesByHeight states;        // app hashes after a height, of nodes and of headers
  ValuesByHeight block_hashes;  // of the nodes' blocks
  std::vector<std::pair<Phase, Micros>> phases;
  std::optional<record::PlanProposed> plan;
  Micros plan_seen = 0;
  std::string plan_leg;  // that proposed it
  std::optional<record::ExpectedOutcome> expected_outcome;
  std::int64_t expected_outcome_seq = 0;
  Micros expected_outcome_seen = 0;
  std::set<std::pair<std::string, Cause>> expected;  // (node or "", what)
  std::vector<SeenLeg> legs;
  std::vector<SeenStep> steps;
  std::vector<SeenAnswer> answers;
  std::vector<record::Surveyed> surveys;
  std::vector<record::TransactionTried> tried;
  std::vector<SeenFault> faults;  // as planned
  std::vector<std::pair<Micros, Micros>> provider_commands;  // from when to when each ran
  std::vector<record::TransactionsAccounted> transactions;  // that faults have sent
  std::optional<record::Forked> forked;  // none: the run began from nothing
  std::map<MilestoneName, Micros> milestones;  // first of each name; `passed` of the last plan
  std::optional<record::RunStopped> stopped;
  Micros stopped_seen = 0;
  std::int64_t stopped_seq = 0;
  std::optional<record::TeardownEnded> teardown;
  std::optional<Micros> torn_down;
  std::vector<std::pair<Micros, Micros>> stalls;  // from when to when the harness did not run

  // Of a run of several procedures: the one under way; null between them, and in any other run.
  const SeenLeg* leg() const { return legs.empty() || legs.back().ended ? nullptr : &legs.back(); }
  // The name of a step or a checkpoint, as it is in what is under way: "chain/before".
  std::string named(const std::string& name) const { return leg() ? leg()->leg.leg + "/" + name : name; }
  std::optional<Phase> phase_at(Micros) const;  // nothing before the first
  std::int64_t total_power() const;
  std::int64_t power_of(const std::vector<std::string>& names) const;
  bool expects(const std::string& node, Cause what) const {
    return expected.contains({node, what}) || expected.contains({"", what});
  }
  // A fault takes it away now: it may end, and need not answer.
  bool taken_down(const std::string& node) const;
  // The same of that moment: what it said then says nothing about the release.
  bool taken_down_at(const std::string& node, Micros) const;
  bool fault_open() const;
  // A disruptive one was begun, whatever became of it.
  bool disturbed() const;
  // A fault acted then, or the network had not yet recovered from it.
  bool fault_open_at(Micros) const;
  // A fault has just ended: what its heal brings about on the nodes that it acted on, or between them and another (a connection
  // that is cut, a peer that is dialled again), is of the fault, too. `line`: what that node says; it may name its peer.
  bool in_wake_of_fault(const std::string& node, const std::string& line, Micros) const;
  // A fault that was begun brings about that cause by itself: the release is not to blame.
  bool fault_expects(Cause) const;
  std::vector<const NodeView*> validators() const;
  // The validator that is asked what holds of the whole chain: the first that was there to be met; empty: there is none.
  std::string representative() const;
  std::vector<const NodeView*> all() const;  // as planned
  // The lowest block that a node's present process has.
  std::int64_t lowest_height() const;
  // The highest that any node ever had.
  std::int64_t highest_height() const;
  // The latest answer to a question at a checkpoint of what is under way; null when it was not asked. Empty `args`: any.
  const SeenAnswer* answer(const std::string& checkpoint, const std::string& question, const std::string& node,
                           const std::map<std::string, std::string>& args = {},
                           std::int64_t height = 0) const;
  // The latest survey at a checkpoint of what is under way; null: there was none.
  const record::Surveyed* survey(const std::string& checkpoint) const;
  // The app hash that the chain agreed on as the state after `height`; empty when not seen.
  std::string agreed_app_hash(std::int64_t height) const;
};

void fold(NetworkView&, const record::Event&);
NetworkView fold_all(const std::vector<record::Event>&);

}  // namespace rehearse
