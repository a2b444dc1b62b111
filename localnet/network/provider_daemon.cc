#include "localnet/network/provider_daemon.h"

#include <signal.h>

#include <fstream>

#include "localnet/base/error.h"
#include "localnet/process/guard.h"
#include "localnet/cosmos/keys.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/base/sha256.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// For a keyring that lives as long as the run. Asked for twice when the keyring is made.
std::string make_passphrase() {
  const auto key = Ed25519Key::generate().pub;
  const auto secret = sha256_hex(std::string(key.begin(), key.end()));
  return secret + "\n" + secret + "\n";
}

}  // namespace

ProviderDaemon::ProviderDaemon(Loop& loop, Sink& sink, const Profile& profile, ProviderPlan plan)
    : loop_(loop),
      sink_(sink),
      profile_(profile),
      plan_(std::move(plan)),
      values_(plan_.values),
      matcher_(provider().log_patterns),
      log_(sink, matcher_, plan_.name, plan_.home / "logs" / "node.log"),
      environment_(plan_.environment) {
  environment_["HOME"] = plan_.home.string();
  const auto passphrase = plan_.keyring / "passphrase";
  write_secret(passphrase, make_passphrase());
  fs::create_directories(config().parent_path());
  values_["config"] = config().string();
  values_["state"] = (plan_.home / "data").string();
  values_["listen"] = plan_.ip + ":" + std::to_string(provider().port);
  values_["key"] = provider().key;
  values_["passphrase_file"] = passphrase.string();
  cli_ = std::make_unique<ChainCli>(loop, profile, plan_.scratch, environment_, passphrase);
}

fs::path ProviderDaemon::program() const { return plan_.home / "bin" / provider().binary; }
fs::path ProviderDaemon::config() const { return plan_.home / provider().config; }

void ProviderDaemon::write_config(const fs::path& chain_program) {
  auto values = values_;
  values["program"] = chain_program.string();
  const auto where = profile_.file.string() + ": provider: settings";
  std::string text;
  for (const auto& [key, value] : provider().settings.items()) {
    auto filled = value;
    if (value.is_string()) filled = fill(value.get<std::string>(), values, where);
    text += key + ": " + filled.dump() + "\n";
  }
  write_secret(config(), text);
}

Respondent ProviderDaemon::respondent() {
  Respondent to;
  to.rest_url = "https://" + values_.at("listen");
  to.binary = program();
  to.values = values_;
  to.questions = &provider().questions;
  to.ca_file = plan_.home / provider().certificate;
  to.cli = cli_.get();
  return to;
}

void ProviderDaemon::start() {
  ChildSpec spec;
  spec.argv = fill(provider().daemon.at("start").run, values_, profile_.file.string() + ": provider: daemon: start");
  spec.argv.insert(spec.argv.begin(), program().string());
  spec.environment = environment_;
  spec.directory = plan_.home;
  spec.out = spec.err = log_file();
  child_ = Child::spawn(loop_, std::move(spec), [this](ExitStatus status) {
    log_.read(true);  // its last words come before its end
    sink_.process_ended(plan_.name, provider().binary, status, log_.last_words());
  });
  sink_.process_started(plan_.name, child_->pid(), program().string());
}

void ProviderDaemon::stop() {
  cli_->abandon();
  log_.read();
  child_.reset();
  end_processes(plan_.run_id, plan_.name);  // workloads are in sessions of their own
}

}  // namespace rehearse
