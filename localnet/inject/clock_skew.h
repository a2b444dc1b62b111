// The wall clock of one process, wrong by some seconds: its vDSO's functions are overwritten with code of our own, which
// does the real system call and adds the offset. Monotonic clocks stay right, and with them time-outs and timers. A Go
// program asks the vDSO only, so that nothing else (LD_PRELOAD, time namespaces) reaches its wall clock. The change is in
// this process's memory: a program that it executes, and the process that comes after it, have the right time again.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "localnet/process/evidence.h"
#include "localnet/http/http.h"
#include "localnet/process/proc.h"
#include "localnet/inject/vdso.h"

namespace rehearse {

// Skews the clock of a child by an hour and asks it what time it has. Needs x86-64, and a process of our own user below us.
std::string clock_skew_needs();

class ClockSkew {
 public:
  // Changes nothing yet. Throws Error(Blame::machine) when the process is gone, cannot be changed, or is changed already.
  explicit ClockSkew(int pid);
  ~ClockSkew();  // undoes it
  ClockSkew(const ClockSkew&) = delete;

  // From now on its wall clock is that much ahead of the right one; may be called again. The process stands still
  // meanwhile, and so do we: stopped_process.h says how long. Throws Error(Blame::machine) when it has ended, is traced,
  // or does not come out of the code that is to be overwritten.
  void set(std::chrono::seconds offset);
  void undo();  // nothing where the process has ended

  // What stands in its memory now: which functions add how many seconds. What the process takes for the time it says
  // itself (date_offset).
  Evidence applied() const;
  Evidence undone() const;

 private:
  struct Function {
    std::string name;
    std::uint64_t address;
    std::string original;  // of what is overwritten: its beginning
  };
  // Writes what `code_of` returns to each function's beginning while no thread runs in the vDSO.
  void write(const std::function<std::string(const Function&)>& code_of);
  int thread_within() const;  // any of them; 0: there is none
  bool is_within(int thread) const;
  std::string read_back(const Function&) const;

  ProcessId process_;
  AddressRange vdso_;
  std::vector<Function> functions_;
  std::chrono::seconds offset_{0};
};

// How far ahead of `now` the server's clock is, by the header Date of its answer (whole seconds: wrong by up to one);
// empty when there is none.
std::optional<std::chrono::seconds> date_offset(const HttpResponse&, std::chrono::system_clock::time_point now);

}  // namespace rehearse
