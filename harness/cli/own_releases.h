// Two releases of a chain that no profile describes: what is found out about it, and kept.
#pragma once

#include "harness/cli/commands.h"

namespace rehearse::cli {

// Both releases are files or URLs and no profile is named: names the one that is written by asking them, and the plan. It is kept by
// their checksums, so that the next run of the same two begins at once. Throws Error where they do not tell enough.
void find_out_profile(const Project&, RunFlags&);

}  // namespace rehearse::cli
