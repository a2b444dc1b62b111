// The provider daemon as a process: its home, its configuration, its log, and the command line of whoever operates it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "localnet/profile/chain_cli.h"
#include "localnet/process/child.h"
#include "localnet/network/process_log.h"
#include "localnet/profile/profile.h"
#include "localnet/profile/questions.h"
#include "localnet/network/sink.h"

namespace rehearse {

struct ProviderPlan {
  std::string name;               // in events and in the environment of its processes
  std::string run_id;
  std::filesystem::path home;     // HOME of the daemon and of its operator
  std::filesystem::path keyring;  // with the provider's key; only for this run
  std::filesystem::path scratch;  // for the output of commands
  std::string ip;                 // where it listens
  std::map<std::string, std::string> environment;  // beyond HOME
  Values values;                  // of the node that it asks; see chain_values()
};

class ProviderDaemon {
 public:
  // The profile has a provider. All but the plan outlive this. Makes the folders and a passphrase for the keyring.
  ProviderDaemon(Loop&, Sink&, const Profile&, ProviderPlan);

  std::filesystem::path program() const;  // as in /usr/local/bin
  std::filesystem::path config() const;
  const std::filesystem::path& log_file() const { return log_.file(); }
  const std::filesystem::path& home() const { return plan_.home; }

  // The chain's program signs for the provider, whose address is known once its key is made.
  void set_account(const std::string& address) { values_["address"] = address; }
  void write_config(const std::filesystem::path& chain_program);
  // What templates of its commands may name: {home}, {rpc}, {config}, {address}, ...
  const Values& values() const { return values_; }
  // Its operator's command line: HOME and the keyring's passphrase are there.
  ChainCli& cli() { return *cli_; }
  Respondent respondent();

  void start();
  void signal(int signal) { if (child_ && child_->running()) child_->signal_group(signal); }
  void read_log() { log_.read(); }
  // Kills it, its workloads and what its operator has under way.
  void stop();

 private:
  const ProviderProfile& provider() const { return *profile_.provider; }

  Loop& loop_;
  Sink& sink_;
  const Profile& profile_;
  ProviderPlan plan_;
  Values values_;
  LogMatcher matcher_;
  ProcessLog log_;
  std::map<std::string, std::string> environment_;
  std::unique_ptr<ChainCli> cli_;
  std::unique_ptr<Child> child_;
};

}  // namespace rehearse
