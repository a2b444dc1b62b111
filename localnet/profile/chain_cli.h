// The chain's own command line, as an operator uses it. A command that prints a help page and exits 0 has not
// answered: the runner tells the difference.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "localnet/process/child.h"
#include "localnet/profile/profile.h"
#include "localnet/base/json.h"

namespace rehearse {

struct CliAnswer {
  ExitStatus status;
  std::string out, err;
  bool help = false;                     // a help page instead of an answer
  std::optional<nlohmann::json> json;    // of the stream that carries it; text before the first { or [ is skipped
  std::string command;                   // as one would type it
  std::chrono::milliseconds killed_after{0};  // it took longer than it may; 0: it ended by itself
  // Why this is not an answer, in one line; empty when it is one.
  std::string trouble() const;
  // The program says that it has no such command or flag: whoever wrote the command line is to blame, and not the program.
  bool not_understood() const;
};

// What a `version` command printed, on whichever stream.
std::string version_in(const CliAnswer&);

class ChainCli {
 public:
  // `scratch` keeps the output of each command as NNN.out and NNN.err. `environment` is all that a command gets, but for
  // variables that spare it Go's garbage collector; `input` is what it reads, such as the passphrase of a keyring; empty:
  // nothing.
  ChainCli(Loop&, const Profile&, std::filesystem::path scratch, std::map<std::string, std::string> environment,
           std::filesystem::path input = {});

  ~ChainCli();
  // Kills the commands that still run; none of their handlers is called any more.
  void abandon();

  // Runs `binary` with arguments; kills it after `limit`. `done` is called once from the loop.
  void run(const std::filesystem::path& binary, std::vector<std::string> arguments, Stream answer,
           std::function<void(CliAnswer)> done, std::chrono::milliseconds limit = std::chrono::seconds(20));

 private:
  Loop& loop_;
  const Profile& profile_;
  std::filesystem::path scratch_;
  std::map<std::string, std::string> environment_;
  std::filesystem::path input_;
  struct Call;
  std::map<int, std::unique_ptr<Call>> calls_;
  std::vector<std::unique_ptr<Call>> ended_;  // freed at the next call: not from their own handler
  int count_ = 0;
};

}  // namespace rehearse
