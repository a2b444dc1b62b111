// The commands of the command line. Each returns the exit code (0 pass, 1 the release failed, 2 bad usage
// or scenario, 3 the machine or inconclusive, 130/143 on signals) or throws Error.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/project.h"
#include "harness/run/run.h"
#include "localnet/process/guard.h"

namespace rehearse::cli {

struct RunFlags {
  std::string scenario = "chain-upgrade", profile;  // empty: the suite's, else virtengine
  std::vector<std::string> releases;  // from=..., to=...
  std::vector<std::string> genesis;   // PATH=JSON
  std::string from, to;               // the same, as flags of their own
  bool one_release = false;           // nothing is upgraded: the one that is given stands for both
  std::string out, cosmovisor, keep = "on-failure", timeout = "5min", junit_dialect = "rich", log_level = "info", break_at, expect, attest;
  std::uint64_t log_cap = Caps{}.log_bytes;
  std::optional<int> validators;
  std::string network_backend;
  int repeat = 1, jobs = 1;
  std::string shard = "1/1";  // of a suite
  std::uint64_t seed = 1;
  std::string schedule;
  std::string begin_from;      // a checkpoint; empty: none
  std::string bundle = "facts";                  // or releases: what a failure's bundle holds of them
  std::uint64_t bundle_limit = 200'000'000;      // bytes
  int verify = 0;                                // how often a failure is tried again
  std::string verify_for = "5min";
  std::string fork = "auto";  // auto: scenarios of a suite with the same past run it once
};

// `command` is the line that gives this run again.
int run(const Project&, RunFlags, const std::string& command);
// Carries out once more what a bundle (file or URL) or a run's folder holds, with the flags of `run` that are no part of it. 0: it
// failed for the same cause, at least once; 1: it did not; 3: it could not be tried.
int repro(const Project&, const std::string& target, const RunFlags&, const std::string& command);
// The network that the run in that folder has kept, up again as it ended, on addresses of its own, and held before the step that failed;
// with `break_at` that of a bundle or a run, made anew and held at that phase.
int replay(const Project&, const std::string& target, RunFlags, const std::string& command);
// Takes out of that failure's scenario what it does not need: at most that many runs, begun within that time. Goes on where it was ended.
int minimize(const Project&, const std::string& target, const RunFlags&, int tries, const std::string& lasts, const std::string& command);
struct BisectFlags {
  std::string good, bad, releases, build;
};
// Looks for the first release in `releases` with which the scenario fails as with the bad one. 0: found.
int bisect(const Project&, const RunFlags&, const BisectFlags&, const std::string& command);
// `profile`: which scenarios are skipped for it, and why; empty: that is not said.
int list(const Project&, const std::string& profile);
// The causes that a run can fail for; as a table in Markdown, with evidence, owner and advice.
int list_causes(bool markdown);
// Checks scenarios and profiles; none given: all of the project's.
int validate(const Project&, const std::vector<std::string>& files, const std::string& profile);
// Prints the profile with what it extends, and where each value stands.
int profile_show(const Project&, const std::string& profile);
struct ProbeFlags {
  std::string binary, to, out;  // to: the program that it is upgraded to; empty: not known; out: a file; empty: standard output
};
// Writes a profile by asking the program. 1: it could not be proven.
int profile_probe(const Project&, const ProbeFlags&);
int doctor(const Project&, const std::string& profile);
// Asks a scratch node of that program every question of the profile.
int examine(const Project&, const std::string& profile, const std::string& binary);
int report(const Project&, const std::string& folder);
// Holds a network that somebody else runs, as that file has it, against the checklists.
int verify(const Project&, const std::string& network, const RunFlags&, const std::string& command);

struct PlanFlags {
  std::uint64_t seed = 1;
  std::string profile = kUsualProfile, weights, out;  // empty: harness/plans/weights.yaml; no file
  std::string format = "text";                        // or yaml
  std::int64_t most_steps = 10;                       // legs or faults of a plan
  std::vector<std::string> releases = {};             // of the manifest, that it may go to; empty: all
};
// Prints the plan that is drawn from that seed, and writes it as a scenario.
int plan(const Project&, const PlanFlags&);

struct SoakFlags {
  std::string lasts = "8h", history, weights;  // empty: results/history.db; harness/plans/weights.yaml
  std::string jobs = "auto";
  std::uint64_t space = 5'000'000'000;  // bytes that failures may take
  std::string metrics;                         // where Prometheus finds them, see Exposer; empty: nowhere
};
// Carries out drawn plans until the time is up, and keeps what came of them. 1: tonight is worse than the nights before; 143 after
// SIGTERM.
int soak(const Project&, RunFlags, const SoakFlags&, const std::string& command);

struct ScoreFlags {
  std::string run, scores;  // a suite's folder, or "latest"; the file of earlier scores, empty: results/scores.json
  std::string format = "text";
  bool accept = false;  // a worse one is kept, too
};
// How well the suite was judged. 1: worse than the last score that is kept of it; else this one is kept.
int score(const Project&, const ScoreFlags&);

struct HistoryFlags {
  std::string file, out;  // out: empty: standard output
  std::string format = "text";
  bool compare = false;
};
// What a file of soaks says. With `compare` 1: tonight is worse than the nights before.
int history_of(const HistoryFlags&);
// Adds the nights of several files to one, which is made when it is not there.
int merge_histories(const std::vector<std::string>& files, const std::string& into);
// Prints the text of an issue on a failure of that history: "C-1a2b3c4d".
int issue(const std::string& cluster, const std::string& file);

// Concludes a run that its harness could not, and writes its reports.
void after_crash(const std::filesystem::path& folder, const HarnessEnd&);
// Prints the table of RUNBOOK.md.
int runbook(const Project&);
// Prints the systemd unit of the runbook's appendix for that chain; what is empty is as the runbook has it.
int unit(const Project&, const std::string& profile, const std::string& user, const std::string& home,
         const std::string& cosmovisor);
// Prints the JSON Schema of a kind of file.
int schema(const std::string& kind);
// In the folder of a suite whose runs share their pasts.
inline constexpr const char* kCheckpoints = "checkpoints";
int heal(const Project&, const std::string& run);
// Networks that are alive.
int net_list();
// One that goes on from a copy of that one, which must be held, on addresses of its own, and is held where that one is.
int net_fork(const Project&, RunFlags, const std::string& run, const std::string& command);
// Of the live run (its id or folder; empty: the only one): ends it; its nodes (1: not each of them runs and has a block); a node's
// log; exports that make a shell one of the operator's.
int net_down(const std::string& run);
int net_status(const std::string& run);
int net_logs(const std::string& node, const std::string& run);
int net_env(const std::string& node, const std::string& run);

// Microseconds since the epoch when the user's command started: REHEARSE_INVOKED, which ./rehearse sets, or now.
record::Micros invoked();
// The exit code for it.
int code_of(const Error&);
// Prints what was wrong and returns the exit code for it.
int complain(const Error&);

}  // namespace rehearse::cli
