// Processors taken away without privilege: a process group that may run for a share of the time only (SIGSTOP and SIGCONT
// in turn), and processes that do nothing but keep processors busy.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "localnet/process/child.h"
#include "localnet/process/evidence.h"
#include "localnet/process/loop.h"

namespace rehearse {

std::string signals_needs();  // probe: a child is stopped and continued

// CPU seconds of all processes of a group that live now; what they have done since `since`, when it is given.
using CpuSeconds = std::map<int, double>;
CpuSeconds cpu_of_group(int group);
double used_since(const CpuSeconds& before, const CpuSeconds& now);

class Throttle {
 public:
  // Lets the process group run for `share` (above 0, below 1) of each period. It runs first. Somebody else's SIGSTOP or
  // SIGCONT of the same processes breaks it: pause or throttle, not both.
  Throttle(Loop&, int group, double share, std::chrono::milliseconds period = std::chrono::milliseconds(100));
  ~Throttle();  // lets it run
  Throttle(const Throttle&) = delete;

  void undo();

  // How often it was seen to stand, its CPU seconds against the wall's, what the share allows on these processors.
  // applied() holds once it was seen to stand, undone() while nothing of it is stopped.
  Evidence applied() const;
  Evidence undone() const;

 private:
  void let_run();
  void let_stand();
  bool stands() const;

  Loop& loop_;
  int group_;
  double share_;
  std::chrono::milliseconds period_;
  Loop::Clock::time_point start_;
  CpuSeconds before_;
  int stopped_ = 0, seen_to_stand_ = 0;
  Loop::Handle next_;
};

class CpuBurn {
 public:
  // That many processes with the environment they are given (the run's name, so that `heal` finds them). Throws
  // Error(Blame::machine) when they cannot be started.
  CpuBurn(Loop&, int processes, const std::map<std::string, std::string>& environment);

  void undo();  // ends them; so does the destructor

  Evidence applied() const;  // that they live and have used processors, and how much
  Evidence undone() const;

 private:
  std::vector<std::unique_ptr<Child>> children_;
  std::vector<int> pids_;
  Loop::Clock::time_point start_;
};

}  // namespace rehearse
