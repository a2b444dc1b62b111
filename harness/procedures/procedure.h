// A procedure of the runbook: ordered steps, each with the section it carries out. A scenario's `upgrade:
// kind:` names one. To add one: a file here and its line in procedure.cc.
#pragma once

#include <string>
#include <vector>

#include "harness/rehearsal.h"

namespace rehearse {

struct Procedure {
  const char* name;
  const char* runbook;
  void (*run)(Rehearsal&);  // throws what Rehearsal's waits throw
};

const std::vector<Procedure>& procedures();
const Procedure* find_procedure(const std::string& name);
std::string procedure_names();

void chain_upgrade(Rehearsal&);

}  // namespace rehearse
