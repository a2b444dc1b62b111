// Where localnet says what it sees, as it sees it. It knows no journal: the harness implements this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "localnet/cosmos/go_panic.h"
#include "localnet/process/child.h"
#include "localnet/process/proc.h"
#include "localnet/cosmos/rpc.h"

namespace rehearse {

// A line of a node's log that matched a pattern of the profile, or is at level ERR (pattern "error").
struct MatchedLine {
  std::string pattern, text;
  bool error = false;  // at level ERR
  std::vector<std::string> captures;
  std::string file;          // path of the log
  std::int64_t offset = 0;   // bytes
  std::int64_t line = 0;     // 1-based
};

// The last lines of a process that ended, where the last of them stands, and what becomes of it.
struct LastWords {
  std::vector<std::string> lines = {};
  std::string file = {};  // path of the log
  std::int64_t line = 0;  // 1-based; 0: it said nothing
  std::optional<GoPanic> panic = {};  // that it ended by
  // The first of the last lines that no logger wrote, and where it stands: a command prints its error, and then its help.
  std::string said = {};
  std::int64_t said_line = 0;
  bool starts_again = false;  // it failed, and its supervisor starts it again after a while
};

// What x/upgrade hands over to a supervisor.
struct UpgradeInfo {
  std::string name;
  std::int64_t height = 0;
  bool operator==(const UpgradeInfo&) const = default;
};

// Lines of a log, and those of them whose level is known.
struct LogCount {
  std::int64_t lines = 0, levelled = 0;
};

// What a node takes: its chain process, and its data folder on the disk.
struct NodeSample {
  ProcSample process;
  std::int64_t data_bytes = 0;
  std::int64_t goroutines = 0;  // 0: not known
};

// What is not overridden is not listened to.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void process_started(const std::string& /*node*/, int /*pid*/, const std::string& /*program*/) {}
  virtual void process_ended(const std::string& /*node*/, const std::string& /*program*/, const ExitStatus&, const LastWords&) {}
  virtual void log_line(const std::string& /*node*/, const MatchedLine&) {}
  // Once no more is read of its log.
  virtual void log_counted(const std::string& /*node*/, const LogCount&) {}
  // The plan in its data/upgrade-info.json, whenever another stands there.
  virtual void upgrade_info(const std::string& /*node*/, const UpgradeInfo&) {}
  virtual void head(const std::string& /*node*/, const Head&) {}
  virtual void block(const std::string& /*node*/, const Block&) {}
  virtual void sample(const std::string& /*node*/, const NodeSample&) {}
};

}  // namespace rehearse
