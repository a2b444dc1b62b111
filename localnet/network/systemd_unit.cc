#include "localnet/network/systemd_unit.h"

#include <fmt/format.h>

#include "localnet/network/supervisor.h"
#include "localnet/base/template.h"

namespace rehearse {

namespace {

// As systemd.syntax(7) wants it: quoted, and a percent sign that begins no specifier.
std::string in_quotes(const std::string& word) {
  std::string out = "\"";
  for (const char c : word) out += c == '"' || c == '\\' ? std::string("\\") + c : c == '%' ? "%%" : std::string(1, c);
  return out + "\"";
}

// Of a command line, where a dollar sign would begin a variable too.
std::string word_of_command(const std::string& word) {
  if (word.find_first_of(" \t\"'\\%$;") == std::string::npos) return word;
  std::string out;
  for (const char c : word) out += c == '$' ? "$$" : std::string(1, c);
  return in_quotes(out);
}

}  // namespace

std::string systemd_unit(const Profile& p, UnitSettings u) {
  const auto users_home = std::filesystem::path("/home") / u.user;
  if (u.home.empty()) u.home = users_home / ("." + p.chain.binary);
  if (u.cosmovisor.empty()) u.cosmovisor = users_home / "go" / "bin" / "cosmovisor";
  const auto supervisor = make_supervisor({SupervisorKind::cosmovisor, u.cosmovisor, p.chain.binary, u.home, {}});
  const auto start = fill(command_of(p, "start").run, {{"home", u.home.string()}}, p.file.string() + ": commands: start");
  std::string environment, command;
  for (const auto& [name, value] : supervisor->environment())
    environment += "Environment=" + in_quotes(name + "=" + value) + "\n";
  for (const auto& word : supervisor->command(start)) command += (command.empty() ? "" : " ") + word_of_command(word);
  return fmt::format(
      "# /etc/systemd/system/{}.service\n[Unit]\nDescription={} Node (Cosmovisor)\nAfter=network.target\n\n"
      "[Service]\nType=simple\nUser={}\n{}ExecStart={}\nRestart=on-failure\nRestartSec={}\nLimitNOFILE={}\n\n"
      "[Install]\nWantedBy=multi-user.target\n",
      p.chain.binary, p.title, u.user, environment, command, kRestartDelay.count(), kOpenFiles);
}

}  // namespace rehearse
