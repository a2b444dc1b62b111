// What an upgraded chain has to do later, long after everybody thinks that the upgrade is done: public
// incidents began with a validator that left the set, or with the next proposal. A scenario lists what is to
// be rehearsed (`upgrade: afterwards:`); each is a step, which ends well only when what it is about was seen
// on the chain.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"
#include "harness/spec/needs.h"

namespace rehearse {

struct Afterwards {
  const char* name;   // in the scenario, and the step's id
  const char* title;  // of the step
  Needs needs;        // of the profile
  // What the step saw. Throws StepFailed with the cause afterwards-failed when the chain does not do it.
  // Null: it is not done in the end, but where the procedure comes to it.
  std::string (*run)(Rehearsal&);
  bool begun_before = false;  // part of it is done before the upgrade
};

const std::vector<Afterwards>& all_afterwards();
const Afterwards* find_afterwards(const std::string& name);
std::string afterwards_names();

bool wanted_afterwards(const Scenario&, const char* name);
// Steps, in the order of the scenario. The upgrade is verified by then.
void do_afterwards(Rehearsal&);

inline constexpr const char* kUnjail = "unjail";

// Why the step that tried it with the current release was skipped, which proves nothing of the next one; empty: it was not.
std::string skipped_before(const NetworkView&, const char* step);
// What the chain answers; null: there is none. That it does not answer is the cause afterwards-failed.
record::Json answer_of_chain(Rehearsal&, const std::string& checkpoint, const Question&);
// What a step of theirs sees; a transaction that the chain refuses then is the cause afterwards-failed, too: it took such before.
std::string of_chain(const std::function<std::string()>& work);
// As Rehearsal::await, for what the chain has to bring about: that it does not, on a machine that keeps up,
// is the cause afterwards-failed.
void await_of_chain(Rehearsal&, const std::string& what, const Goal&);

}  // namespace rehearse
