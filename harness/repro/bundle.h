// repro.tar.zst: a run that did not pass, as one file that brings its failure to another machine.
//
//   manifest.json   first: what is in it, with checksums, and what the failure was
//   README.md       what to type
//   recipe/         what the run is repeated from (harness/run/recipe.h); with its archives when they were asked for
//   run/            the run's folder: record, reports, journal, logs around the evidence, of a divergence the state of a
//                   node of each group
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/record/failure.h"
#include "harness/run/recipe.h"

namespace rehearse {

inline constexpr const char* kBundle = "repro.tar.zst";  // in a run's folder

struct BundledFile {
  std::string sha256;
  std::uint64_t bytes = 0;
};

struct LeftOut {
  std::string path;
  std::uint64_t bytes = 0;
  std::string why;
};

struct BundleManifest {
  int schema = 0;
  std::string harness_version, architecture;
  record::Json machine;  // see describe_machine()
  std::string scenario, profile;
  std::uint64_t seed = 0;
  record::Failure failure;
  std::vector<RecipeRelease> releases;
  std::string cosmovisor_sha256;
  std::map<std::string, BundledFile> files;  // all but the manifest
  std::vector<LeftOut> left_out;
  std::string seal;  // SHA-256 of this without it
};

// Bytes that a bundle may unpack to: more is taken for a bomb.
inline constexpr std::uint64_t kMostOfRun = 4'000'000'000;     // the run's own files
inline constexpr std::uint64_t kMostOfRecipe = 4'000'000'000;  // two releases of a large chain, and their patches

struct BundleOptions {
  bool releases = false;              // their archives, too
  std::uint64_t limit = 200'000'000;  // bytes before they are compressed; releases do not count
};

// Of a run that has ended and has its reports, in its folder. Throws Error, and then there is none.
void write_bundle(const std::filesystem::path& run_folder, const BundleOptions&);

// Whether a run leaves one: it did not pass, was not ended by its user, and has begun.
bool leaves_bundle(const record::RunRecord&, const std::filesystem::path& run_folder);

struct Bundle {
  BundleManifest manifest;
  std::filesystem::path recipe;  // its folder
};

// Reads all of it, and unpacks its recipe into `to`, which must not exist. `name`: the user's, for messages; empty: the file. Throws
// Error(Blame::scenario) for one that is cut off, changed, unsafe, or of a newer harness, and nothing of it is kept; Blame::machine for
// one of another architecture.
Bundle open_bundle(const std::filesystem::path& file, const std::filesystem::path& to, const std::string& name = "");

// The same of a run's own folder: its recipe is copied.
Bundle bundle_of_run(const std::filesystem::path& run_folder, const std::filesystem::path& to);

}  // namespace rehearse
