// The real Cosmovisor in the runbook's layout: where its binaries lie, what its log says, and its race.
//
// It looks for an upgrade every 300 ms, and once more when the node's process ends. Whoever is looking then, which takes as
// long as the node's `status`, makes that last look find nothing, and Cosmovisor ends with the old binary. That binary, started
// again at its upgrade height, ends after the same time at each start: until it is told to look later, Cosmovisor may miss the
// upgrade for good (seen with 1.5.0: with 150, 200 and 250 ms it never switched, with 50, 100, 300 ms to 1 s it did).
#pragma once

#include "localnet/network/supervisor.h"

namespace rehearse {

class Cosmovisor : public Supervisor {
 public:
  using Supervisor::Supervisor;

  // upgrades/<plan>: lower-cased, as Cosmovisor does unless it is told otherwise.
  std::filesystem::path staged(const std::string& plan) const override;
  std::filesystem::path current() const override;
  void switch_back() override;
  void forget_upgrade() override;
  std::vector<std::string> command(const std::vector<std::string>& start) const override;
  std::map<std::string, std::string> environment() const override;

  void operated() override { missed_ = 0; }
  void starts() override { noticed_ = misread_ = false; }
  SupervisorLine says(const std::string& line) override;
  // An upgrade was there to be noticed, and it has not said that it noticed one.
  bool ends_in_vain(const ExitStatus&) override;

  // The chain has halted for a release that is not the current one: it is staged or will be downloaded, or Cosmovisor began to look for
  // it and fell over a file that it had read while the chain wrote it.
  bool upgrade_waits() const;

  static Ordered<std::string> log_patterns();

 private:
  std::filesystem::path first() const override { return root() / "genesis" / "bin" / settings_.binary; }
  std::filesystem::path upgrade_info() const { return settings_.home / "data" / "upgrade-info.json"; }
  std::filesystem::path root() const { return settings_.home / "cosmovisor"; }
  std::string started_by(const std::string& line) const;

  bool noticed_ = false, misread_ = false;  // an upgrade, its file; since its start
  int missed_ = 0;      // ends in a row without having noticed it
};

}  // namespace rehearse
