// A page of help as cobra prints it, which the command lines of SDK chains are made of.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rehearse {

struct HelpPage {
  std::string program;             // as it calls itself
  std::vector<std::string> about;  // the command: "tx", "bank", "send"; empty: the program
  std::set<std::string> aliases;   // of its last word
  std::set<std::string> commands;  // below it
  std::set<std::string> flags;     // "--home", those of all commands among them

  // A program that is asked for help on a command that it does not have prints the page of what stands before it.
  bool is_of(const std::vector<std::string>& command) const;
};

// Nothing: it is none.
std::optional<HelpPage> read_help_page(const std::string& text);

}  // namespace rehearse
