// explain.md: why a run failed, for whoever opens nothing else. Cause, evidence with what stands around it, what came when, what is
// other than in the last run that passed, and what to type now.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/record/course.h"
#include "harness/record/run_record.h"

namespace rehearse::reports {

// Lines of a file around one of them.
struct Excerpt {
  std::string file;
  long first = 1, marked = 0;  // numbers of lines
  std::vector<std::string> lines;
};

// What explains a run beside its record.
struct Explanation {
  std::optional<Excerpt> evidence;             // none: it stands in no file, or that cannot be read
  std::optional<record::RunRecord> last_pass;  // of the same scenario and profile; none: none is known here
  std::string bundle;                          // as it is typed; empty: there is none
  std::string network;                         // the folder that it is kept in, as it is typed; empty: it is not
  record::Course course;                       // empty: its journal is not known
};

std::string explain_md(const record::RunRecord&, const Explanation&);

// What is other than in a run that passed: "to: v2.0.0 (sha256 ab12...) instead of v1.9.0 (...)".
std::vector<std::string> differences(const record::RunRecord& now, const record::RunRecord& passed);

}  // namespace rehearse::reports
