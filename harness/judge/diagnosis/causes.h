// The closed set of causes a run can fail for, each with what to do about it. Names are a contract: CI greps
// them.
#pragma once

#include <string>
#include <vector>

#include "localnet/base/error.h"

namespace rehearse {

struct Cause {
  const char* name;
  const char* meaning;
  const char* advice;
  bool of_release = true;  // false: it says nothing about the release, and the run is inconclusive
};

const std::vector<Cause>& causes();
bool is_cause(const std::string& name);
std::string cause_names();
bool is_of_release(const std::string& cause);
// What trouble of localnet means for a release; empty: nothing by itself.
std::string cause_of(Trouble);
std::string advice_for(const std::string& cause);

}  // namespace rehearse
