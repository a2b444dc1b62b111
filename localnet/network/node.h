// One node: its home, its supervisor's process, its log. Paths, pids and addresses stay in here.
#pragma once

#include <signal.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "localnet/process/child.h"
#include "localnet/cosmos/config_files.h"
#include "localnet/process/loop.h"
#include "localnet/process/proc.h"
#include "localnet/network/process_log.h"
#include "localnet/profile/questions.h"
#include "localnet/network/sink.h"
#include "localnet/network/supervisor.h"

namespace rehearse {

struct NodeIdentity {
  std::string name;
  bool validator = true;
  std::int64_t power = 0;
  std::string ip;
  std::string id;                 // p2p
  std::string consensus_address;  // upper hex; empty for a full node
  std::string account, operator_address;  // bech32; empty for a full node
  bool active = true;  // false: a validator that is not in the set from the start
};

class Node {
 public:
  // Does the work where its processes are to be, such as in a network namespace.
  using Within = std::function<void(const std::function<void()>& work)>;

  // `home` holds config/ and data/ already. The references outlive this. `within` none: they are where this one is.
  Node(Loop&, Sink&, const LogMatcher&, NodeIdentity, SupervisorSettings, std::vector<std::string> start,
       std::map<std::string, std::string> environment, Within within = {});

  const NodeIdentity& identity() const { return identity_; }
  const std::filesystem::path& home() const { return settings_.home; }
  const std::filesystem::path& log_file() const { return log_.file(); }
  std::string rpc_url() const { return rehearse::rpc_url(identity_.ip); }
  std::string rest_url() const { return rehearse::rest_url(identity_.ip); }
  Supervisor& supervisor() const { return *supervisor_; }

  SupervisorKind supervisor_kind() const { return settings_.kind; }

  // `more` are arguments beyond the usual ones, of this start only, and of those after a failure (SupervisorSettings).
  void start(const std::vector<std::string>& more = {});
  // With the arguments of its last start, as its unit has them.
  void start_again() { start(std::vector(more_)); }
  // Its next start has these variables.
  void set(const std::map<std::string, std::string>& variables) { for (const auto& [k, v] : variables) environment_[k] = v; }
  // As a service manager does: SIGTERM to all of its group, and however it ends it is not started again until start().
  void stop() { stop(SIGTERM); }
  void stop(int signal);
  // Its next start has none of these.
  void unset(const std::map<std::string, std::string>& variables);
  bool running() const { return child_ && child_->running(); }
  // It has ended, and its restart is due.
  bool starts_again() const { return restart_ != nullptr; }
  void signal(int signal) { if (running()) child_->signal_group(signal); }
  // To what was started alone: Cosmovisor, not the chain's process below it.
  void signal_supervisor(int signal);
  bool paused() const;  // after SIGSTOP: every process of it has stopped
  void kill();          // at once, with all its group; no observation follows

  // Of what was started, with all below it; 0: it does not run.
  int group() const { return running() ? child_->pid() : 0; }
  // The chain's process itself (under Cosmovisor its child); 0: there is none.
  int chain_process();

  // Reads what is new in the log, and in upgrade-info.json: what matches goes to the sink.
  void read_log();
  // What stands in its log by now, and in upgrade-info.json, is of another run's node, which has told of it.
  void skip_log();
  // Tells the sink how much of the log could be read.
  void count_log() { sink_.log_counted(identity_.name, log_.count()); }
  // Of the chain process itself (under Cosmovisor its child).
  std::optional<NodeSample> resources();
  // Environment that every command for this node gets.
  const std::map<std::string, std::string>& environment() const { return environment_; }

 private:
  void launch();
  std::filesystem::path upgrade_info_file() const { return settings_.home / "data" / "upgrade-info.json"; }
  void read_upgrade_info();
  bool is_last_word(const std::string& line);
  void ended(ExitStatus);

  Loop& loop_;
  Sink& sink_;
  NodeIdentity identity_;
  SupervisorSettings settings_;
  std::vector<std::string> start_;
  std::map<std::string, std::string> environment_;
  Within within_;
  std::unique_ptr<Supervisor> supervisor_;
  ProcessLog log_;
  bool first_start_seen_ = false;  // of this supervisor process
  int chain_pid_ = 0;              // of the process that is sampled; 0: to be found (a scan of /proc)
  std::vector<std::string> more_;  // arguments of its last start
  bool stopped_ = false;           // by whoever operates it
  std::unique_ptr<Child> child_;
  Loop::Handle restart_;  // that is due
  std::filesystem::file_time_type upgrade_info_read_{};  // when it was written that was read last
  UpgradeInfo upgrade_info_;
};

// All its processes stand still as long as this lives, once it is paused().
class PausedNode {
 public:
  explicit PausedNode(Node& node) : node_(node) { node_.signal(SIGSTOP); }
  ~PausedNode() { node_.signal(SIGCONT); }
  PausedNode(const PausedNode&) = delete;

 private:
  Node& node_;
};

}  // namespace rehearse
