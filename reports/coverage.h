// Which faults were injected at which phase, and whether that was proven: the coverage table. Empty without faults.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace rehearse::reports {

// Of several runs, summed up.
std::vector<record::FaultCoverage> coverage(const std::vector<record::RunRecord>&);

// Each that was planned and never took effect: "kill when halted".
std::vector<std::string> never_applied(const std::vector<record::FaultCoverage>&);
std::string coverage_text(const std::vector<record::FaultCoverage>&);
std::string coverage_md(const std::vector<record::FaultCoverage>&);

}  // namespace rehearse::reports
