// The archives that a run is repeated with, found by their checksums.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/run/recipe.h"

namespace rehearse {

// Where this checkout may have them.
struct ReleasePlaces {
  std::filesystem::path built;      // <manifest>/<name>/<archive>
  std::filesystem::path manifests;  // folder of <manifest>.yaml, from which a release can be built
  std::function<void(const std::filesystem::path& manifest, const std::string& release)> build_release;  // empty: none is
};

// Puts the archive of each release into its place in the recipe's folder: it is there already, or where it was, or built here. It
// must have the checksum that is known of it. Those of the roles in `replaced` are not needed. Throws Error(Blame::machine)
// naming each that is missing, its checksum and where it came from.
void place_releases(const std::vector<RecipeRelease>&, const std::filesystem::path& recipe_folder, const ReleasePlaces&,
                    const std::vector<std::string>& replaced = {});

}  // namespace rehearse
