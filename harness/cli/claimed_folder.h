// A folder below .cache that a command has to itself as long as it runs: for a bundle that it opens, or a network that it tries.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "harness/cli/project.h"
#include "localnet/base/fd.h"
#include "localnet/base/temporary_path.h"

namespace rehearse::cli {

class ClaimedFolder {
 public:
  // What killed ones have left goes first. Throws Error(Blame::machine).
  explicit ClaimedFolder(const Project&);
  const fs::path& path() const { return place_->path(); }

 private:
  Fd lock_;
  std::optional<TemporaryPath> place_;
};

// Of commands that were killed; returns those folders.
std::vector<fs::path> remove_abandoned_folders(const Project&);

}  // namespace rehearse::cli
