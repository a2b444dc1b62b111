// Sees that nodes which could make blocks make none, and asks them where they are. What that means, diagnosis
// says.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "harness/spec/scenario.h"
#include "harness/view/view.h"

namespace rehearse {

class Rehearsal;

// Seconds of the chain before its halt, from the times in its blocks, the last 20 of them; 0: not known. The median: a chain that
// is taken up from a checkpoint has stood for as long as that is old.
double block_interval_s(const NetworkView&);

// The service level for a chain to resume, at its scale: no block may take longer.
std::chrono::milliseconds resumes_within(const ServiceLevels&);

class StallWatch {
 public:
  explicit StallWatch(Rehearsal& r) : r_(r) {}

  using Clock = std::chrono::steady_clock;
  // Called whenever something is waited for. A node has stood still when it has answered without a new block
  // for 20 of the chain's block intervals, and at least 3 s.
  void advance(Clock::time_point now);

 private:
  struct Standing {
    int incarnation = 0;
    std::int64_t height = 0;
    Clock::time_point since, asked;
  };

  bool is_due(const std::string& name, const NodeView&, Clock::time_point now);
  void ask(const std::string& name);

  Rehearsal& r_;
  std::map<std::string, Standing> nodes_;
};

}  // namespace rehearse
