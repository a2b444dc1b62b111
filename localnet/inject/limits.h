// Limits of a running process, lowered from outside (prlimit(2)): no more descriptors, no more memory. They hold for the
// whole process at once and go with it. Only the soft limit is moved, so that it can be put back without privilege.
#pragma once

#include <cstdint>
#include <string>

#include "localnet/process/evidence.h"
#include "localnet/process/proc.h"

namespace rehearse {

std::string limits_needs();

enum class Resource {
  open_files,  // RLIMIT_NOFILE: what would open one more gets EMFILE
  data,        // RLIMIT_DATA: memory that it may write to; a Go program that gets no more of it ends (exit 2)
};

class LoweredLimit {
 public:
  // Leaves it `spare` more of what it has now: descriptors, or bytes. Throws Error(Blame::machine) when the process is
  // gone or belongs to somebody else.
  LoweredLimit(int pid, Resource, std::uint64_t spare);
  ~LoweredLimit();  // undoes it
  LoweredLimit(const LoweredLimit&) = delete;

  void undo();  // what was there before; nothing where the process has ended

  // Soft limit, and what is used of it, as the kernel says them. Of a process that has ended neither holds any more:
  // applied() does not hold, undone() does.
  Evidence applied() const;
  Evidence undone() const;
  std::uint64_t soft() const { return soft_; }

 private:
  std::string facts() const;

  ProcessId process_;
  Resource resource_;
  std::uint64_t before_ = 0, soft_ = 0;
};

}  // namespace rehearse
