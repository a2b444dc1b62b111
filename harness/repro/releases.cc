#include "harness/repro/releases.h"

#include <fmt/format.h>

#include <algorithm>

#include "localnet/artifact/artifact.h"
#include "localnet/base/error.h"
#include "localnet/base/log.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

bool is_it(const fs::path& file, const RecipeRelease& r) {
  return !r.sha256.empty() && fs::is_regular_file(file) && sha256_file(file) == r.sha256;
}

std::string now_there(const fs::path& source) {
  return fs::is_regular_file(source) ? fmt::format(", where another lies now: sha256 {}", sha256_file(source)) : "";
}

// Where it was, or this checkout's; empty: neither has it.
fs::path found(const RecipeRelease& r, const ReleasePlaces& places) {
  if (is_it(r.source, r)) return r.source;
  const auto below = place_in_built(r.path);
  if (below.empty()) return {};
  const auto here = places.built / below, manifest = places.manifests / (below.begin()->string() + ".yaml");
  if (!fs::exists(here) && places.build_release && fs::is_regular_file(manifest)) try {
      places.build_release(manifest, r.name);
    } catch (const Error& e) {
      log_warning(e.what());  // then it has to come from elsewhere
    }
  return is_it(here, r) ? here : fs::path();
}

}  // namespace

void place_releases(const std::vector<RecipeRelease>& all, const fs::path& recipe_folder, const ReleasePlaces& places,
                    const std::vector<std::string>& replaced) {
  std::string missing;
  bool can_be_given = true;
  for (const auto& r : all) {
    if (r.path.empty() || std::ranges::find(replaced, r.role) != replaced.end()) continue;
    const auto place = recipe_folder / r.path;
    if (is_it(place, r)) continue;
    if (const auto file = found(r, places); !file.empty()) {
      link_or_copy(file, place);
      continue;
    }
    can_be_given = can_be_given && release_flag(r.role);
    missing += fmt::format("\n  {}: {}, sha256 {}, which came from {}{}", r.role, r.name, r.sha256.empty() ? "unknown" : r.sha256, printable(r.source), now_there(r.source));
  }
  if (!missing.empty())
    throw Error(Blame::machine, "releases of this run are not here:" + missing +
                                    "\nput each where it was" + (can_be_given ? ", give it by --release ROLE=FILE" : "") + ", or make the bundle with --bundle releases");
}

}  // namespace rehearse
