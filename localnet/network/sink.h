// Where localnet says what it sees, as it sees it. It knows no journal: the harness implements this.
#pragma once

#include <string>
#include <vector>

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
  std::vector<std::string> lines;
  std::string file;       // path of the log
  std::int64_t line = 0;  // 1-based; 0: it said nothing
  bool starts_again = false;  // it failed, and its supervisor starts it again after a while
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void process_started(const std::string& node, int pid, const std::string& program) = 0;
  virtual void process_ended(const std::string& node, const std::string& program, const ExitStatus&,
                             const LastWords&) = 0;
  virtual void log_line(const std::string& node, const MatchedLine&) = 0;
  virtual void head(const std::string& node, const Head&) = 0;
  virtual void block(const std::string& node, const Block&) = 0;
  virtual void sample(const std::string& node, const ProcSample&) = 0;
};

}  // namespace rehearse
