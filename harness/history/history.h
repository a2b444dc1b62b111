// What was tried, night after night, and what came of it: one SQLite file that several soaks may write at once, that
// survives its writer's kill, and that is compared with the nights before.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/record/failure.h"
#include "harness/record/measures.h"
#include "harness/record/run_record.h"

namespace rehearse::history {

// Running: its process is at it, or was killed; see History::mark_interrupted().
enum class State { running, done, interrupted };
const Ordered<State>& names(State);

// One soak from its start to its end.
struct Night {
  std::int64_t id = 0;
  State state = State::running;
  std::string started, ended;  // RFC 3339, UTC; ended: empty while it runs, of one interrupted its last sign of life
  std::uint64_t seed = 0;
  std::string harness_version, host;
  int process = 0;  // of the soak, on that host
  // That process's start, so that another which was given its number later is not taken for it: clock ticks since boot, as in
  // ProcessId (localnet/process/proc.h). 0: History::begin() asks for it.
  std::int64_t process_started = 0;
};

// What a run was to exercise: a fault (or "nothing") at a phase, on a role, on the way from one release to another.
struct Covered {
  std::string phase, fault, role, releases;  // "swap", "kill", "minority", "v1.0.0 -> v2.0.0"
  auto operator<=>(const Covered&) const = default;
};

struct PhaseTime {
  std::string phase;
  double seconds = 0;
};

// One run of a plan.
struct Iteration {
  std::int64_t id = 0, night = 0;
  State state = State::running;
  std::string plan;       // its name: "chain-upgrade-17"
  std::uint64_t seed = 0;  // that it was drawn from
  std::string profile, procedure, from, to;
  std::string started;  // RFC 3339, UTC
  // Once it is done:
  record::Failure failure;  // its verdict, and cause, owner, scope, fingerprint, evidence where it did not pass
  double seconds = 0;
  std::vector<PhaseTime> phases;
  std::vector<Covered> covered;  // that was really applied
  std::string bundle;            // path of what brings the failure elsewhere; empty: none
  std::string scenario = {};     // the plan itself, for another try
  record::Measures measures = {};
};

// Without measures: they are by far the most of a file.
enum class Detail { all, no_measures };

class History {
 public:
  // Opens or makes it. Throws Error(Blame::scenario) for what is no history, is damaged or of a newer version, and
  // Error(Blame::machine) for one that cannot be written, or that another program keeps locked for longer than `patience`: that
  // throws whatever is called then, too.
  explicit History(std::filesystem::path file, std::chrono::milliseconds patience = std::chrono::seconds(10));
  // Of one that is there, for reading only.
  static History existing(std::filesystem::path file);
  ~History();
  History(History&&) noexcept;

  // Each of these is one transaction, and returns the id. What ends must have begun here (std::invalid_argument).
  std::int64_t begin(const Night&);
  void end(std::int64_t night, State);
  std::int64_t begin(const Iteration&);
  void end(const Iteration&);  // done or interrupted, with all that is known by then

  // Nights and their iterations on this host that still run by the file although no such process does. Returns the iterations.
  std::vector<Iteration> mark_interrupted(const std::string& host);

  // In the order in which they began, whatever the clock said.
  std::vector<Night> nights() const;
  std::vector<Iteration> iterations(Detail = Detail::all) const;  // night by night

  // Adds the nights of another that are not here yet, or that still ran when they were taken over, between the nights that are
  // here by their start. Returns how many.
  int merge(const History& other);

 private:
  struct Db;
  explicit History(std::unique_ptr<Db>);
  std::unique_ptr<Db> db_;
};

}  // namespace rehearse::history
