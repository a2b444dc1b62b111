// Everything started is ended (design invariant 9): an outer process that is the reaper of all that a run starts, and
// clean-up of what a killed harness left behind.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "localnet/base/fd.h"

namespace rehearse {

// In the environment of each child, so that what is ours can be told from everything else.
inline constexpr const char* kRunVariable = "REHEARSE_RUN";
inline constexpr const char* kNodeVariable = "REHEARSE_NODE";

inline constexpr int kHarnessKilled = 3;  // exit code: infrastructure

// How a harness ended that could not conclude its run: by that signal ("Segmentation fault"), or because its guard ended it,
// since the process that had begun it died of that.
struct HarnessEnd {
  std::string how;
  bool cut_off = false;
};
// What is still to be done for the folder of its run.
using AfterCrash = std::function<void(const std::filesystem::path& run_folder, const HarnessEnd&)>;

// Runs `inner` in a child process and returns its exit code. This process passes SIGINT, SIGTERM and SIGHUP
// on to it and, when it ends or is killed, kills and reaps all that is left below. When this process is
// killed, `inner` gets SIGTERM. Call it before any thread starts. Returns 3 when `inner` was killed, 128 + N
// when a signal N that was passed on ended it; the locks of what was killed are then removed, and `after_crash` is called in
// a process of its own for the folder that each of them names.
int run_guarded(const std::function<int()>& inner, const AfterCrash& after_crash = {});

// Held while a run lives: a locked file in the runtime folder that names the run.
class RunLock {
 public:
  RunLock(const std::filesystem::path& runtime_dir, const std::string& run_id, const std::filesystem::path& run_folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;

 private:
  std::filesystem::path path_;
  Fd fd_;
};

// Where locks of this user's runs live: $XDG_RUNTIME_DIR or the temporary folder. Made when missing.
std::filesystem::path runtime_dir();

struct Live {
  std::string run_id, folder;
  int pid = 0;  // of the harness that holds it
};
std::vector<Live> live_runs(const std::filesystem::path& runtime_dir);

// Processes that carry the run's name in their environment, and the node's, if one is given.
std::vector<int> processes_of_run(const std::string& run_id, const std::string& node = "");

// Kills the processes of a run, or of one of its nodes, wherever they have gone to, and waits for their ends; how many.
int end_processes(const std::string& run_id, const std::string& node = "");

struct CleanedUp {
  std::vector<std::string> done;     // a line for each run
  std::vector<std::string> folders;  // of those that were ended
  bool refused = false;           // the run that was asked for is alive
};
// Kills the processes of runs whose harness is gone and removes their locks and those of their addresses.
// `run` is an id or a folder; empty: of all such runs.
CleanedUp clean_up(const std::filesystem::path& runtime_dir, const std::string& run = "");

}  // namespace rehearse
