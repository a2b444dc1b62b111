// A chain's program on its own, without a network: what it prints, where any home that it makes goes with the folder.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "localnet/discovery/help_page.h"
#include "localnet/process/loop.h"
#include "localnet/profile/chain_cli.h"

namespace rehearse {

class Program {
 public:
  // `scratch` is a folder that is there.
  Program(std::filesystem::path binary, std::filesystem::path scratch);

  // It has these variables from now on, and no others of a chain's.
  void set_environment(const std::map<std::string, std::string>& variables);

  using Words = std::vector<std::string>;
  // Throws Error(Blame::release, Trouble::does_not_run) for what takes too long.
  CliAnswer ask(const Words& words) { return ask(std::vector<Words>{words}).front(); }
  // As many side by side as there are processors.
  std::vector<CliAnswer> ask(const std::vector<Words>& all);
  // Of those of these commands that it has.
  std::map<Words, HelpPage> pages_of(const std::vector<Words>& commands);
  // Empty: it prints none.
  std::string version();

 private:
  const std::filesystem::path binary_, scratch_;
  const Profile no_help_;  // a page of help is an answer here
  Loop loop_;
  std::unique_ptr<ChainCli> cli_;
  int environments_ = 0;
};

// In what it printed.
std::optional<HelpPage> page_in(const CliAnswer&);

}  // namespace rehearse
