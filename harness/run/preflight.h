// What is made sure of before a network starts: room on the disk, a new release that is downloaded as
// operators do and is what was published, releases that run here and are the versions they claim to be.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "harness/engine/rehearsal.h"
#include "localnet/artifact/artifact.h"
#include "localnet/profile/chain_cli.h"
#include "localnet/http/download.h"
#include "localnet/http/release_server.h"

namespace rehearse {

class Preflight {
 public:
  // Completes the subject's releases `from` and `to`: its store keeps verified binaries, and archives that
  // were given by URL. `environment` is all that the releases' programs get. The subject outlives this.
  Preflight(Rehearsal&, Subject&, std::map<std::string, std::string> environment);

  // Fetches what is given by URL, verifies the current release and Cosmovisor when the scenario needs it, and
  // publishes the new release on the server. From then on it is downloaded, and both are asked for their
  // versions, while other things go on. Throws Error with the cause.
  void begin(const std::filesystem::path& cosmovisor);
  // Waits for the new release; then it is verified. Throws Error with the cause.
  void receive();
  // Waits for the versions. Throws StepFailed for a release that does not run, is not what it claims, or, unless
  // one is meant for both, is no upgrade; Error(Blame::scenario) for one that may not be upgraded to from what the other prints.
  void check_versions(bool one_release = false);

  const Artifact& cosmovisor() const { return cosmovisor_; }

 private:
  void tell();
  void fetch(const std::string& which, Release&);
  void start_download();
  void arrived();
  void open_beside();
  void take(Artifact);
  void done(std::optional<Error> trouble = {});
  void ask_version(const Release&, std::optional<CliAnswer>& printed);

  Rehearsal& r_;
  Subject& subject_;
  ReleaseServer& server_;
  std::filesystem::path downloaded_;  // the new release's archive, in the run's folder
  std::string checksum_;              // that the server's SHA256SUMS says it has
  bool done_ = false;                 // the new release is verified, or not, for this reason
  std::optional<Error> trouble_;
  Artifact cosmovisor_;
  ChainCli cli_;
  std::optional<CliAnswer> from_printed_, to_printed_;
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>();  // handlers of requests may be called after this has gone
  std::jthread opening_;         // the archive of the new release
};

}  // namespace rehearse
