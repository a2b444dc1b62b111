// What a run is repeated from: a folder with all that it read, so that it can be carried out again where none of that is.
//
//   recipe.json             the names below, the options, the releases
//   <scenario>.yaml         as read
//   <profile>.yaml          merged; the files that it names are in files/
//   files/<key>/<file>      manifests of releases, alerting rules
//   attest.yaml             attestations that were given beside the scenario
//   schedule.json           of its faults, once they are planned
//   releases/               where archives go: <manifest>/<name>/<archive>; what lies beside one (SHA256SUMS) is here
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/run/inputs.h"
#include "harness/run/options.h"

namespace rehearse {

inline constexpr const char* kRecipe = "recipe";  // in a run's folder

struct RecipeRelease {
  std::string role;  // from, to, patch, failing, provider-from, provider-to, or the name of one that a fault installs
  std::string name;
  std::string plan;    // of one that is given as a file
  std::string path;    // where its archive goes, in the recipe's folder; empty: it is fetched from its source
  std::string source;  // where it was, or its URL
  std::string sha256;  // empty: not known yet
};

struct Recipe {
  std::string scenario, profile;  // files of the folder
  record::Json options = record::Json::object();
  std::vector<RecipeRelease> releases;
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RecipeRelease, role, name, plan, path, source, sha256)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Recipe, scenario, profile, options, releases)

// Of a run that is about to begin, into its folder. Throws Error.
void write_recipe(const std::filesystem::path& run_folder, const Inputs&, const RunOptions&);

// Throws Error(Blame::scenario) naming the file and what is wrong with it.
Recipe read_recipe(const std::filesystem::path& recipe_folder);

// Where an archive that this checkout has at `below_built` (<manifest>/<name>/<archive>) goes in a recipe, and the other way round; empty: it
// is of no manifest.
std::filesystem::path place_in_recipe(const std::filesystem::path& below_built);
std::filesystem::path place_in_built(const std::filesystem::path& path);
// What lies beside an archive, and says what it has to be and what changed, goes with it.
void copy_beside(const std::filesystem::path& archive, const std::filesystem::path& place);

// The options that repeat it, once its archives are in their places: `on` says what is this checkout's and this command's
// (store, Cosmovisor, folder, ...).
RunOptions repeat_options(const Recipe&, const std::filesystem::path& recipe_folder, RunOptions on);

}  // namespace rehearse
