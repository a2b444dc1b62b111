#include "localnet/discovery/help_page.h"

#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "localnet/base/text.h"

namespace rehearse {

bool HelpPage::is_of(const std::vector<std::string>& command) const {
  if (command.empty() || command.size() > about.size()) return command.empty();
  const auto& last = about[command.size() - 1];  // which is among its own aliases
  return std::equal(command.begin(), std::prev(command.end()), about.begin()) &&
         (command.back() == last || (aliases.contains(last) && aliases.contains(command.back())));
}

std::optional<HelpPage> read_help_page(const std::string& text) {
  static const RE2 heading(R"((\S[^:]*):)"), command(R"(\s+([a-z0-9][a-z0-9_-]*)\s.*)"), flag(R"(\s+(?:-\w, )?(--[A-Za-z0-9_.-]+).*)");
  // What is no word of a command stands for an argument: [flags], <name>, PATH.
  static const RE2 word(R"([a-z0-9][a-z0-9_-]*)");
  HelpPage page;
  std::istringstream lines(printable_lines(text));
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    if (RE2::FullMatch(line, heading, &section)) continue;
    std::string name;
    if (section == "Usage" && page.program.empty()) {
      std::istringstream words(line);
      if (!(words >> page.program)) continue;
      while (words >> name && RE2::FullMatch(name, word)) page.about.push_back(name);
    } else if (section == "Aliases") {
      for (std::istringstream words(line); words >> name;) page.aliases.insert(name.substr(0, name.find(',')));
    } else if (section.ends_with("Commands") && RE2::FullMatch(line, command, &name)) {
      page.commands.insert(name);
    } else if (section.ends_with("Flags") && RE2::FullMatch(line, flag, &name)) {
      page.flags.insert(name);
    }
  }
  if (page.program.empty()) return std::nullopt;
  return page;
}

}  // namespace rehearse
