// The releases a run is about: what is named in a manifest (releases.yaml) or given as a file.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/spec/changes.h"
#include "harness/spec/release_choice.h"
#include "localnet/artifact/artifact.h"
#include "localnet/base/decode.h"
#include "localnet/base/schema.h"
#include "localnet/base/version_range.h"

namespace rehearse {

enum class WhichNodes { none, smallest, all };
const Ordered<WhichNodes>& names(WhichNodes);

// An environment that a release is run with on some nodes.
struct ReleaseEnvironment {
  WhichNodes who = WhichNodes::none;
  std::map<std::string, std::string> set;
};

// Where a release is fetched from, before it can be rehearsed.
struct Remote {
  std::string url;     // http or https, without the checksum
  std::string sha256;  // lower hex
};

struct Release {
  std::string name;
  std::string version;  // that it must print; empty: whatever it prints
  std::string plan;     // name of its upgrade plan; empty: it has none
  std::filesystem::path archive;  // of a remote one: once fetched
  std::optional<Remote> remote = {};
  std::map<std::string, std::int64_t> module_versions;  // after the upgrade; empty: not known
  ReleaseEnvironment environment;
  std::vector<std::string> reads = {};  // variables of a node's environment that no other release reads
  Changes changes = {};  // that an upgrade to it makes on purpose
  VersionRange from = {};  // versions that one may upgrade to it from
  ReleaseRole role = ReleaseRole::none;
  Cause fails = Cause::none;  // what a rehearsal of it must say; none: it is meant to pass
  std::string shows_with = {};  // what a network needs for that; empty: nothing that is special
  std::filesystem::path manifest = {};  // that names it
  bool verified() const { return !artifact.binary.empty(); }
  std::string url;  // where operators download it, once it is published on the run's release server
  bool published = false;  // with a checksum that whoever made it gave
  Artifact artifact;            // once opened
  std::string printed_version;  // once asked
};

// Where a run keeps what it has fetched of that name.
std::filesystem::path place_in(const std::filesystem::path& store, const Remote&, const std::string& name);

// `text` is a file or a URL, with its plan or without, and no name in a manifest.
bool is_given(const std::string& text);

// The release called `text`: a name of the manifest, a path (with a / or of a file that exists) or a URL with
// the checksum of what it gives (URL?checksum=sha256:HEX, as Cosmovisor and plan.info have it), of the last
// two optionally PLAN=PATH. Nothing is opened yet. `built` is the folder with <manifest>/<name>/<archive> of
// all manifests. Throws Error(Blame::scenario) naming what there is.
Release find_release(const std::string& text, const std::filesystem::path& manifest,
                     const std::filesystem::path& built);
// The same of a choice by what a release is for.
Release find_release(const ReleaseChoice&, const std::filesystem::path& manifest, const std::filesystem::path& built);

// A manifest's releases, in its order; `built` as above. Throws Error(Blame::scenario) with file:line:column.
std::vector<Release> known_releases(const std::filesystem::path& manifest, const std::filesystem::path& built = {});

// The one of that name, or the first that is for it; null: there is none.
const Release* chosen_of(const std::vector<Release>&, const ReleaseChoice&);
// The name of the first release of a manifest that is for it; empty: there is none.
std::string release_for(const ReleaseChoice&, const std::filesystem::path& manifest);

// The info of the plan that upgrades to it: where the program is for this platform, in Cosmovisor's form. It
// has to be published and opened.
std::string plan_info(const Release&);

// Names of a manifest's releases, in its order.
std::vector<std::string> release_names(const std::filesystem::path& manifest);

// The JSON Schema of a manifest.
Schema releases_schema();

}  // namespace rehearse
