// Where the parts of a checkout are: scenarios, profiles, built fixtures, results.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/spec/suite.h"

namespace rehearse::cli {

namespace fs = std::filesystem;

// The chain of a run that names none.
inline constexpr const char* kUsualProfile = "virtengine";

class Project {
 public:
  // The checkout this program was built in (the folder above it that has fixtures/profiles). Throws Error(Blame::machine).
  static Project find();

  const fs::path& root() const { return root_; }
  fs::path scenarios() const { return root_ / "scenarios"; }
  fs::path profiles() const { return root_ / "fixtures" / "profiles"; }
  fs::path weights() const { return root_ / "harness/plans/weights.yaml"; }  // of what is drawn
  fs::path runbook() const { return root_ / "harness/spec/runbook.yaml"; }
  fs::path results() const { return root_ / "results"; }
  fs::path built_releases() const { return root_ / ".cache" / "fixtures" / "releases"; }
  // By ./rehearse, which knows how. Throws Error(Blame::machine).
  void build_release(const fs::path& manifest, const std::string& release) const;
  fs::path cosmovisor() const { return root_ / ".cache" / "fixtures" / "bin" / "cosmovisor"; }
  fs::path built_models() const { return root_ / ".cache" / "fixtures" / "models"; }
  // The Python of $REHEARSE_KERAS, or that `./rehearse keras` has made; empty: neither.
  fs::path keras() const;
  // Of chains that are known by their programs alone.
  fs::path written_profiles() const { return root_ / ".cache" / "profiles"; }
  fs::path claimed_folders() const { return root_ / ".cache" / "claimed"; }  // see ClaimedFolder
  fs::path store() const { return root_ / ".cache" / "store"; }

  // A path, or the name of a file in scenarios/ (profiles/) without .yaml. Throws Error(Blame::scenario) naming what there is.
  fs::path scenario(const std::string& text) const { return named(text, scenarios(), "scenario"); }
  fs::path profile(const std::string& text) const { return named(text, profiles(), "profile"); }
  // The same of a suite's entry: its own, else the suite's, else the usual one. Throws with the line that names it.
  fs::path profile(const Suite&, const SuiteEntry&) const;

 private:
  explicit Project(fs::path root) : root_(std::move(root)) {}
  static fs::path named(const std::string& text, const fs::path& folder, const char* what);
  fs::path root_;
};

// A folder's .yaml files, sorted.
std::vector<fs::path> yaml_files(const fs::path& folder);

}  // namespace rehearse::cli
