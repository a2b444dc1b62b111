// How a run went, moment by moment: what its page shows beside the verdict. All times are seconds since the user's command.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/record/event.h"
#include "localnet/base/names.h"
#include "localnet/base/slope.h"

namespace rehearse::record {

// Where a node is in the upgrade; without a plan it is running, stuck or gone.
enum class Stage {
  running,    // below the upgrade height
  halted,     // for the plan
  switching,  // the old process is gone, the next is not there
  executing,  // the process that meets the upgrade height has not committed it
  applied,    // the upgrade height is committed, and no block follows
  upgraded,   // blocks follow
  stuck,      // it lives, and had no block any more until the run ended
  gone,       // its process has ended, and none came after it
};
const Ordered<Stage>& names(Stage);

struct Stretch {
  double from = 0, to = 0;
  Stage stage = Stage::running;
  int process = 0;  // the node's incarnation
};

enum class MarkKind { error, process_end, missed_block };

struct Mark {
  double at = 0;
  MarkKind kind = MarkKind::error;
  std::string what;
};

// Of a node. Marks in the order of time; of many of one kind only so many as can be told apart.
struct Lane {
  std::string node;
  std::vector<Stretch> stretches;
  std::vector<Mark> marks;
};

// A step of the procedure, or a fault, from its begin to its end.
struct Bar {
  double from = 0, to = 0;
  std::string what;
  bool well = true;  // a step that passed, a fault that was undone
};

struct Curve {
  std::string node;  // empty: the network
  std::vector<Measured> points;
};

// Curves over the run's time, in one unit.
struct Plot {
  std::string title, unit;
  std::vector<Curve> curves;
};

// A line of a node's log that says something: at level ERR, or of a kind that the harness knows.
struct LogEntry {
  double at = 0;
  std::string node, place;  // place: "nodes/validator-1/logs/node.log:120"
  bool error = false;
  std::string text;
};

// What became of a node.
struct NodeCourse {
  std::string node, first_version, last_version;  // as the release prints it, and as its application last said; empty: not known
  int processes = 0;
  std::int64_t height = 0;  // of its last block
};

// A parameter that is another than before the upgrade.
struct ParameterChange {
  std::string name, before, after;  // "staking.max_entries"; empty: it is not there
};

struct Course {
  std::vector<Bar> steps, faults;
  std::vector<Lane> lanes;
  std::vector<Plot> plots;
  std::vector<LogEntry> log;     // in the order of time
  std::size_t log_left_out = 0;  // lines far from what proves the failure, or from the upgrade
  std::vector<NodeCourse> nodes;
  std::vector<ParameterChange> parameters;
  std::size_t parameters_left_out = 0;
};

}  // namespace rehearse::record
