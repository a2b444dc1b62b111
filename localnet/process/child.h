// One child process: its own process group, its output in files, killed when it (or the harness) goes.
// Boost.Process v2 starts and reaps it; the traps it has are dealt with in child.cc.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "localnet/process/loop.h"

namespace rehearse {

struct ExitStatus {
  int code = -1;   // -1: ended by a signal
  int signal = 0;  // 0: it exited
  bool ok() const { return code == 0; }
};
std::string to_string(const ExitStatus&);  // "exit 1", "signal 9 (Killed)"

struct ChildSpec {
  std::vector<std::string> argv;                   // argv[0]: path of the program
  std::map<std::string, std::string> environment;  // all of it: nothing is inherited
  std::filesystem::path directory;                 // working directory; empty: ours
  std::filesystem::path out, err;                  // appended to; may be one file
  std::filesystem::path in = {};                   // read from; empty: nothing
  std::uint64_t open_files = 0;                    // limit, as far as this process may raise its own; 0: its own
};

class Child {
 public:
  using OnExit = std::function<void(ExitStatus)>;

  // Starts it. Throws Error(Blame::machine) naming the program when it cannot be executed
  // (Trouble::does_not_run). `on_exit` is called once from the loop, never after the Child is destroyed.
  static std::unique_ptr<Child> spawn(Loop&, ChildSpec, OnExit on_exit);

  ~Child();  // kills the whole group and reaps the leader
  int pid() const;
  bool running() const;
  // To the whole process group: Cosmovisor alone does not always pass a signal on: after an upgrade
  // its node was left running in 6 of 6 tries (1.5.0).
  void signal_group(int signal);

 private:
  struct Impl;
  explicit Child(std::shared_ptr<Impl>);
  std::shared_ptr<Impl> impl_;
};

}  // namespace rehearse
