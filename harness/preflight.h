// What is made sure of before a network starts: room on the disk, releases that are what was published, run here, and are
// the versions they claim to be.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/rehearsal.h"
#include "localnet/artifact.h"
#include "localnet/chain_cli.h"

namespace rehearse {

class Preflight {
 public:
  // `store` keeps verified binaries; `environment` is all that the releases' programs get.
  Preflight(Rehearsal&, std::filesystem::path store, std::map<std::string, std::string> environment);

  // Verifies both releases, and Cosmovisor when the scenario needs it, before anything of them is executed. Throws Error
  // with the cause.
  void verify(const std::filesystem::path& cosmovisor);
  // Has both print their versions, while other things go on.
  void ask_versions();
  // Waits for them. Throws StepFailed for one that does not run, is not what it claims, or is no upgrade.
  void check_versions();

  const Artifact& cosmovisor() const { return cosmovisor_; }

 private:
  void tell();

  Rehearsal& r_;
  std::filesystem::path store_;
  Artifact cosmovisor_;
  ChainCli cli_;
  std::vector<std::optional<CliAnswer>> printed_;  // of `from` and `to`
};

}  // namespace rehearse
