// What probes of the machine need: a process of our own to try things on, work that changes the process that does it, and
// a command's answer. They block, for milliseconds: nothing else of a run is under way when it asks what the machine can do.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "localnet/base/fd.h"

namespace rehearse {

// A copy of this process that does nothing but answer when it is asked; it ends with the object, or with this process.
class AnsweringChild {
 public:
  // `answer` is called in the child. Throws Error(Blame::machine) when there cannot be one more process.
  explicit AnsweringChild(std::function<std::string()> answer);
  ~AnsweringChild();
  AnsweringChild(const AnsweringChild&) = delete;
  int pid() const { return pid_; }
  // Empty when it has ended.
  std::optional<std::string> ask() const;
  void tell() const;  // asks, and waits for no answer

 private:
  int pid_;
  Fd socket_;
};

// What `work` returns in a copy of this process, which then ends: for what cannot be taken back, such as a namespace.
std::string in_child(const std::function<std::string()>& work);

// "" when the name is in no folder of PATH, nor in those of system programs.
std::string find_program(const std::string& name);

struct CommandResult {
  int code = -1;       // -1: it was ended by a signal, or after `limit`
  std::string output;  // of both of its streams
};
// argv[0] is a path. It has no environment but PATH.
CommandResult run_command(const std::vector<std::string>& argv, std::chrono::milliseconds limit = std::chrono::seconds(5));

// Looks until `done` is so, every 200 us. False when it did not become so within `limit`.
bool wait_until(const std::function<bool()>& done, std::chrono::milliseconds limit);

// "unshare: Operation not permitted" of errno.
std::string errno_text(const std::string& what);

}  // namespace rehearse
