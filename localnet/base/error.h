// What localnet throws: trouble of the machine, of a file or of the chain's binary, in words a user can act on.
#pragma once

#include <stdexcept>
#include <string>

namespace rehearse {

// Who has to act; the command line maps it to the exit code (harness/record/run_record.h).
enum class Blame {
  release,   // the release under test is bad: exit 1
  scenario,  // a scenario, profile, flag or other input is bad: exit 2
  machine,   // the host or the harness cannot do it: exit 3
};

// What it is, where whoever catches it may want to know. What it means for a release is not ours to say.
enum class Trouble {
  other,
  download_failed,
  checksum_mismatch,
  archive_corrupt,
  archive_escapes,
  binary_missing,
  wrong_architecture,
  does_not_run,
  genesis_refused,
};

// The message says the thing and what to do.
class Error : public std::runtime_error {
 public:
  Error(Blame blame, const std::string& message, Trouble trouble = Trouble::other)
      : std::runtime_error(message), blame(blame), trouble(trouble) {}
  Blame blame;
  Trouble trouble;
};

}  // namespace rehearse
