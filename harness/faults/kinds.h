// The kinds of faults, by mechanism: a list in the file of each, put together in catalogue.cc.
#pragma once

#include <vector>

#include "harness/faults/fault.h"

namespace rehearse {

std::vector<FaultKind> process_kinds();     // process.cc
std::vector<FaultKind> file_kinds();        // files.cc
std::vector<FaultKind> consensus_kinds();   // consensus.cc
std::vector<FaultKind> machine_kinds();     // machine.cc
std::vector<FaultKind> link_kinds();        // links.cc
std::vector<FaultKind> packet_kinds();      // packets.cc
std::vector<FaultKind> governance_kinds();  // governance.cc
std::vector<FaultKind> server_kinds();      // server.cc
std::vector<FaultKind> provider_kinds();    // provider.cc
std::vector<FaultKind> load_kinds();        // load.cc

// A fault of links whose kind is told by the injection, where nodes have network namespaces.
std::unique_ptr<Fault> make_packet_fault(Rehearsal&, const Injection&);

template <class F>
std::unique_ptr<Fault> make_one(Rehearsal& r, const Injection& i) {
  return std::make_unique<F>(r, i);
}

}  // namespace rehearse
