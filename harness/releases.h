// The releases a run is about: what is named in a manifest (releases.yaml) or given as a file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "localnet/artifact.h"
#include "localnet/decode.h"
#include "localnet/schema.h"

namespace rehearse {

enum class WhichNodes { none, smallest, all };
const Ordered<WhichNodes>& names(WhichNodes);

// An environment that a release is run with on some nodes.
struct ReleaseEnvironment {
  WhichNodes who = WhichNodes::none;
  std::map<std::string, std::string> set;
};

struct Release {
  std::string name;
  std::string version;  // that it must print; empty: whatever it prints
  std::string plan;     // name of its upgrade plan; empty: it has none
  std::filesystem::path archive;
  std::map<std::string, std::int64_t> module_versions;  // after the upgrade; empty: not known
  ReleaseEnvironment environment;
  bool verified() const { return !artifact.binary.empty(); }
  Artifact artifact;            // once opened
  std::string printed_version;  // once asked
};

// The release called `text`: a name of the manifest, or a path (with a / or of a file that exists),
// optionally PLAN=PATH. Nothing is opened yet. `built` is the folder with <manifest>/<name>/<archive> of all
// manifests. Throws Error(Blame::scenario) naming what there is.
Release find_release(const std::string& text, const std::filesystem::path& manifest,
                     const std::filesystem::path& built);

// Names of a manifest's releases, in its order.
std::vector<std::string> release_names(const std::filesystem::path& manifest);

// The JSON Schema of a manifest.
Schema releases_schema();

}  // namespace rehearse
