// A failure that is brought about on purpose, and its kind. Five verbs: whether it can be done here, doing it, proof that it
// is done, undoing it, proof that it is undone. A fault that cannot be shown to have acted proves nothing. The driver asks for
// the proofs again and again, while the run goes on; a verb that has to wait does so by the rehearsal's own means.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/faults/target.h"
#include "harness/engine/rehearsal.h"
#include "harness/spec/needs.h"

namespace rehearse {

// One time that a fault is to be injected: a line of schedule.json.
struct Injection {
  std::string id;    // unique in the run: "2", or "2.1" of several
  std::string kind;  // of the catalogue
  std::string who, when;  // as they are written
  Target target;
  double after_s = 0, lasts_s = 0;
  std::map<std::string, std::string> options;  // all that the kind has
};

record::Json to_json(const Injection&);
// Throws Error(Blame::scenario) naming what is wrong.
Injection injection_from_json(const record::Json&);

class Fault {
 public:
  virtual ~Fault() = default;
  // What is missing on this machine or in this network: "needs strace (...)". Empty: it can be injected.
  virtual std::string why_unavailable() { return ""; }
  virtual void inject() = 0;
  // What proves that it is in effect; empty: nothing yet.
  virtual std::string applied() = 0;
  virtual void heal() = 0;
  virtual std::string healed() = 0;
};

// The option that says which release a fault is about.
inline constexpr const char* kReleaseOption = "release";

struct FaultOption {
  const char* name;
  const char* value;  // unless it is given
  const char* doc;
  bool (*fits)(const std::string&);
};

// What a kind acts on, and so what `who` may be.
enum class ActsOn { node, link, provider, network };

struct FaultKind {
  const char* name;
  const char* what;
  ActsOn acts_on = ActsOn::node;
  // While it lasts its nodes' processes may end, and their power counts for nothing.
  bool takes_down = false;
  std::vector<FaultOption> options;
  // Causes that it brings about by itself: the release is not to blame for them.
  std::vector<Cause> expected_causes;
  std::unique_ptr<Fault> (*make)(Rehearsal&, const Injection&);
  // What is late while it acts may be late because of it. What is not disruptive goes on beside the procedure, and ends with it.
  bool disruptive = true;
  Needs needs = {};  // of the profile
};

// Values of options.
bool is_duration(const std::string&);
bool is_count(const std::string&);
bool is_some_duration(const std::string&);  // of the two, more than nothing
bool is_some_count(const std::string&);

// The catalogue: an explicit list.
const std::vector<FaultKind>& fault_kinds();
const FaultKind* find_fault_kind(const std::string& name);
std::string fault_kind_names();

}  // namespace rehearse
