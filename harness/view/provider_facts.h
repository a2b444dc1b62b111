// What the view shows of the provider daemon, as checks and rules of diagnosis both want to know it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/view/view.h"

namespace rehearse {

// Workloads that ran before the upgrade and are not the same processes after it, each as its line was; nothing when it was
// not asked for both.
std::vector<std::string> lost_workloads(const NetworkView&);

// The height that the bid engine has followed the chain to, as it said in the end.
std::optional<std::int64_t> engine_height(const NetworkView&);
// It came no further than the chain was when the daemon was to take part again.
bool engine_stands_still(const NetworkView&);

// That the daemon must run in the end; empty: there is none.
std::string provider_version(const NetworkView&);

}  // namespace rehearse
