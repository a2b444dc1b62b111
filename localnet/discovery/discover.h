// Finds out what chain a program is of by asking it, and writes the profile that a rehearsal needs.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "localnet/artifact/go_program.h"

namespace rehearse {

// Raised whenever another profile would be written for the same program: those that were kept are found out anew.
inline constexpr int kDiscoveryRevision = 1;

struct Discovery {
  std::filesystem::path program;   // that can be executed
  std::string name;                // that releases have it under
  std::string sha256;              // of its file
  std::filesystem::path upgraded;  // the program that it is upgraded to; empty: not known
  std::filesystem::path profiles;  // of the project, one of which the written one extends
  std::filesystem::path scratch;   // a folder that is there, for all that is made on the way
  std::function<void(const std::string&)> tell;  // what is done next, for whoever waits
};

struct Discovered {
  std::string profile;  // YAML
  // Why no network of one node could make blocks and take a transaction by it, or answer what every rehearsal asks; empty: it could.
  std::string unproven;
};

// Throws Error for a program that is not an SDK chain's, or does not run here.
Discovered discover(const Discovery&);

// Names of the packages that a program keeps its upgrades in: "v25" of example.org/chain/app/upgrades/v25. Chains name their plans
// for them, most of the time. Empty: it keeps none so.
std::set<std::string> upgrade_packages(const FunctionOffsets& functions);
// Those that only the second program has.
std::vector<std::string> new_upgrade_packages(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace rehearse
