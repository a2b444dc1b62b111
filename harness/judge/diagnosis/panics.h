// The Go panics that nodes have shown: of processes that ended by one, and of consensus that failed in a
// process that lives on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/diagnosis/rules.h"
#include "localnet/cosmos/goroutines.h"

namespace rehearse {

// As a journal has them, for what can be asked of a stack.
std::vector<GoFrame> go_frames(const std::vector<record::Frame>&);

struct SeenPanic {
  const NodeView* node = nullptr;
  std::int64_t seq = 0;
  std::string text, place;
  std::vector<GoFrame> frames;
  std::string goroutine;  // "goroutine 1 [running]"
  bool fatal = false;     // by Go's runtime itself
};

// The line by which Go's runtime gives a process up: no program survives it.
bool is_fatal_error(const SeenLine&);

// Without those of a node that a fault takes down, and without Cosmovisor's own.
std::vector<SeenPanic> panics_of_processes(const NetworkView&);

// What consensus failed of, where the process lives on: without the halts that plans and operators want.
struct ConsensusFailure {
  const NodeView* node = nullptr;
  const SeenLine* line = nullptr;
  std::string error;  // the field `err`, decoded
  std::vector<GoFrame> frames;
};
std::vector<ConsensusFailure> consensus_failures(const NetworkView&);

// The height of the block that the process was at: the plan's, when it ended before that was carried out;
// else its latest.
std::int64_t failed_height(const NetworkView&, const NodeView&);

// "EndBlock", the module and the height.
record::FailedAt failed_at(const NetworkView&, const NodeView&, const std::vector<GoFrame>&);
// The same where the height is known otherwise.
record::FailedAt failed_at(std::int64_t height, const std::vector<GoFrame>&);

// "X; in package.Function (path/to/file.go:12)"
std::string in_words(const std::string& text, const std::vector<GoFrame>&);
// The same, begun as Go's runtime does.
std::string panic_in_words(bool fatal, const std::string& text, const std::vector<GoFrame>&);

}  // namespace rehearse
