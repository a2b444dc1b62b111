// Runs of a collection, one after the other or side by side, each in a process of its own that leaves nothing behind (localnet/process/guard.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "localnet/process/guard.h"

namespace rehearse {

struct Job {
  std::function<int()> work;     // its exit code is the process's
  std::filesystem::path output;  // what it prints, whose folder is made; empty: that goes where this process prints
  AfterCrash after_crash = {};   // see run_guarded
};

// At most `at_once` at a time: `next` is asked for another whenever there is room, until it has none; `ended` gets a job's number (from
// 0, as they began) and exit code when it has ended. The first SIGINT, SIGTERM or SIGHUP is passed on to those that run, and none is
// started any more; returns it, or 0. When this process is killed, each job gets SIGTERM.
int run_side_by_side(const std::function<std::optional<Job>()>& next, int at_once, const std::function<void(std::size_t, int)>& ended);
// These, in their order.
int run_side_by_side(const std::vector<Job>&, int at_once, const std::function<void(std::size_t, int)>& ended);

// How many runs of networks of that many nodes a machine bears at a time: one for each processor, as long as the memory
// suffices; at least one.
int bearable(long processors, std::uint64_t available_bytes, std::size_t nodes);
// MemAvailable of the text of /proc/meminfo, in bytes; 0 when it does not say.
std::uint64_t available_memory(const std::string& meminfo);

}  // namespace rehearse
