// System calls of a running process that fail or take long: strace attached to it, which injects what it is told and goes
// when we do (the process then goes on untouched). Every system call of the process becomes slower while it is attached.
// One tracer a process: two such failures of one process exclude each other, and so does a change of its clock meanwhile.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "localnet/process/child.h"
#include "localnet/process/evidence.h"
#include "localnet/process/loop.h"
#include "localnet/process/proc.h"

namespace rehearse {

// Whether strace is there, and may attach itself to a child of ours.
std::string strace_needs();

struct SyscallFault {
  std::string calls;   // names with commas between them
  std::string effect;  // "error=EIO", "delay_enter=200000", also with ":when=3+" (strace(1))
  // Only calls on these, by path or by an open descriptor; empty: all. strace knows no folders.
  std::vector<std::filesystem::path> files = {};
};

SyscallFault failing_sync();                               // fsync, fdatasync: EIO
SyscallFault slow_sync(std::chrono::microseconds latency);  // the same, each so much later
// Writing to the files that lie below the folder now: ENOSPC. Files that are made later are not among them.
SyscallFault full_disk(const std::filesystem::path& folder);
// Writing to those files, and opening them at all: EROFS.
SyscallFault read_only_disk(const std::filesystem::path& folder);

class Strace {
 public:
  // Attaches to all threads of the process, which takes some milliseconds: wait until attached(). `out` is a file of its
  // own for strace's account, rewritten. `environment` is strace's, with the run's name. Throws Error(Blame::machine) when
  // strace cannot be started.
  Strace(Loop&, int pid, const SyscallFault&, const std::filesystem::path& out,
         const std::map<std::string, std::string>& environment);

  bool attached() const;        // to every thread
  std::string trouble() const;  // why it has ended by itself, in its words; empty while it has not

  void undo();  // tells it to detach; wait until undone().holds. The destructor ends it at once, which detaches as well

  // Which process traces it (/proc/PID/status), and how many calls were tampered with: it holds once there was one.
  Evidence applied() const;
  Evidence undone() const;
  int injected() const;

 private:
  std::string said() const;

  ProcessId process_;
  std::filesystem::path out_, messages_;
  int tracer_ = 0;
  bool told_to_end_ = false;
  std::unique_ptr<Child> strace_;
};

}  // namespace rehearse
