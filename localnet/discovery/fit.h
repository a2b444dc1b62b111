// How a program wants to be told what a command of a profile says: where its command stands, and which flags it has.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace rehearse {

// Words before the first flag or template: [tx, bank, send] of [tx, bank, send, "{account}", ..., --generate-only].
std::vector<std::string> words_of(const std::vector<std::string>& run);
// Where chains have a command that the SDK has there: [init] is [genesis, init] elsewhere. The SDK's own place is the first.
std::vector<std::vector<std::string>> places_of(const std::vector<std::string>& words);

struct Fitted {
  std::vector<std::string> arguments, lost;
};
// The arguments less the flags that a command does not have, which are `lost`, and their values.
Fitted fit(const std::vector<std::string>& arguments, const std::set<std::string>& flags);

// A flag that the SDK also reads from the environment: "--home" -> {"HOME", "{home}"}; null: it does not.
struct FromEnvironment {
  const char* variable;  // behind the program's prefix
  const char* value;     // a template
};
const FromEnvironment* from_environment(const std::string& flag);

}  // namespace rehearse
