// A run that failed, opened so that it can be carried out again.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/claimed_folder.h"
#include "harness/cli/running.h"
#include "harness/repro/bundle.h"

namespace rehearse::cli {

class Failed {
 public:
  // `target`: a bundle's file or URL, or a run's folder. Throws Error; see open_bundle().
  Failed(const Project&, const std::string& target);

  const BundleManifest& manifest() const { return bundle_.manifest; }
  // "chain-upgrade on stock failed: block-panic", and with which harness, where that was another.
  std::string headline() const;
  const record::Failure& failure() const { return bundle_.manifest.failure; }
  const Recipe& recipe() const { return recipe_; }
  const fs::path& recipe_folder() const { return bundle_.recipe; }  // goes with this

  void throw_if_passed() const;

  // Before anything is started: what no run can be of. Throws Error(Blame::machine): the bundle is sound.
  void check(const RunOptions&) const;

  // --release ROLE=RELEASE in the place of the run's own: by a name of its manifest, built here, or a file or URL.
  void replace(const Project&, const std::string& role, const std::string& release, RunOptions&) const;

  // Of the same run, with its releases in their places, or those that the flags give instead. Throws Error: of the machine for one that is
  // not here.
  RunOptions options(const Project&, const RunFlags&, const std::string& command) const;

 private:
  Bundle open() const;
  // Carries it out; an error of its is told of what the user knows, not of where that was unpacked.
  template <class Work>
  auto told(const Work& work) const -> decltype(work()) try {
    return work();
  } catch (const Error& e) {
    throw Error(e.blame, in_users_words(e.what()));
  }
  std::string in_users_words(std::string said) const;
  RunOptions repeated_options(const Project&, const RunFlags&, const std::string& command) const;

  const std::string target_;
  const ClaimedFolder place_;
  const Bundle bundle_;
  const Recipe recipe_;
};

// What a killed `replay` has left in the folder of the run that it was to take up again.
void remove_abandoned_replay(const std::string& run);

// What a signal has ended while try_apart() waited.
struct StoppedByUser {
  int signal;
};

// One of a search: in a process of its own, whose console is kept beside its folder, and shown in a line here. What lies in that folder is of a search
// that was ended, and goes. Throws StoppedByUser.
record::RunRecord try_apart(RunOptions, const Leaves&);

}  // namespace rehearse::cli
