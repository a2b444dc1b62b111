// What localnet throws: trouble of the machine, of a file or of the chain's binary, in words a user can act on.
#pragma once

#include <stdexcept>
#include <string>

namespace rehearse {

// Who has to act; the command line maps it to the exit code (reports.md).
enum class Blame {
  release,   // the release under test is bad: exit 1
  scenario,  // a scenario, profile, flag or other input is bad: exit 2
  machine,   // the host or the harness cannot do it: exit 3
};

// The message says the thing and what to do; `cause` is a name of the closed set of causes, or empty.
class Error : public std::runtime_error {
 public:
  Error(Blame blame, const std::string& message, std::string cause = "")
      : std::runtime_error(message), blame(blame), cause(std::move(cause)) {}
  Blame blame;
  std::string cause;
};

}  // namespace rehearse
