// What a profile may leave out and a procedure, a checklist or a fault cannot do without. It is declared where each of them
// stands, and held against the profile before there is a network.
#pragma once

#include <string>
#include <vector>

#include "localnet/profile/profile.h"

namespace rehearse {

struct Needs {
  std::vector<const char*> commands = {};
  std::vector<const char*> questions = {};
  bool provider = false;           // a provider daemon
  bool model = false;              // a model that nodes score with
  bool initial_transactions = false;  // a transaction of its own, at least
};

// All that one of both needs.
Needs operator+(Needs, const Needs&);

// What of it the profile lacks, with the line that would give it: "stock has no command `halt-height`; ...". Empty: nothing.
std::string why_lacking(const Needs&, const Profile&);

}  // namespace rehearse
