#include "harness/spec/releases.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "localnet/base/error.h"
#include "localnet/http/url.h"

namespace rehearse {

namespace fs = std::filesystem;

const Ordered<WhichNodes>& names(WhichNodes) {
  static const Ordered<WhichNodes> all = {{"smallest", WhichNodes::smallest}, {"all", WhichNodes::all}};
  return all;
}

template <class V>
void describe(V& v, ReleaseEnvironment& e) {
  v.required("who", e.who, "the nodes that get it");
  v.required("set", e.set, "variables");
}

namespace {

// One entry of releases.yaml. How it is built is not ours to read: fixtures/mkrelease does that.
struct Entry {
  std::string version, plan, contents, shows_with;
  VersionRange from;
  ReleaseRole role = ReleaseRole::none;
  Cause cause = Cause::none;
  nlohmann::json build, changelog;
  std::map<std::string, std::int64_t> module_versions;
  ReleaseEnvironment environment;
  std::vector<std::string> reads;
  Changes changes;
};

struct Manifest {
  std::string archive, binary, source, package;
  nlohmann::json build;
  Ordered<Entry> releases;
};

template <class V>
void describe(V& v, Entry& e) {
  v.required("version", e.version, "the version it reports");
  v.optional("plan", e.plan, "name of its upgrade plan");
  describe_range(v, "from", e.from, "versions that one may upgrade to it from, as `>=v1.0.0 <v2.0.0`; left out: any");
  v.optional("build", e.build, "link-time variables");
  v.optional("changelog", e.changelog, "what changed");
  v.optional("module_versions", e.module_versions, "consensus version of each module");
  v.optional("cause", e.cause, "what a rehearsal of it must say");
  v.optional("shows_with", e.shows_with, "what a network needs for that to show, in words; left out: nothing that is special");
  v.optional("role", e.role, "what it is for, beside those that a profile upgrades from and to");
  v.optional("contents", e.contents, "the release whose binary its archive really holds");
  v.optional("environment", e.environment, "environment on some nodes");
  v.optional("reads", e.reads, "variables of a node's environment that no other release reads: they part no past (--fork)");
  v.optional("changes", e.changes, "what an upgrade to it changes on purpose");
}

template <class V>
void describe(V& v, Manifest& m) {
  v.required("archive", m.archive, "name of each release's archive");
  v.required("binary", m.binary, "name of the program in it");
  v.optional("source", m.source, "folder of its source");
  v.optional("package", m.package, "Go package of the program");
  v.optional("build", m.build, "build settings of all releases");
  v.required("releases", m.releases, "name -> release");
}

// URL?checksum=sha256:HEX. The rest of the query stays.
Release remote_release(const std::string& text) {
  const auto found = parse_file_url(text, "checksum");
  if (!found) throw Error(Blame::scenario, text + ": a release is fetched by http:// or https://");
  constexpr std::string_view kAlgorithm = "sha256:";
  constexpr std::size_t kDigits = 64;
  const auto& checksum = found->value;
  if (!checksum.starts_with(kAlgorithm) || checksum.size() != kAlgorithm.size() + kDigits ||
      checksum.find_first_not_of("0123456789abcdefABCDEF", kAlgorithm.size()) != std::string::npos)
    throw Error(Blame::scenario,
                text + ": a URL needs the checksum of what it gives, as URL?checksum=sha256:HEX with the " +
                    std::to_string(kDigits) + " digits that sha256sum prints");
  if (found->file.empty()) throw Error(Blame::scenario, text + ": the URL names no file");
  Release r;
  r.name = found->file;
  r.remote = Remote{found->url, checksum.substr(kAlgorithm.size())};
  for (auto& c : r.remote->sha256) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return r;
}

// [PLAN=]FILE or URL
struct Given {
  std::string plan, path;
  bool has_plan = false;
};

Given given_in(const std::string& text) {
  const auto equals = text.substr(0, text.find("://")).find('=');  // a URL may have its own
  if (equals == std::string::npos) return {"", text, false};
  return {text.substr(0, equals), text.substr(equals + 1), true};
}

}  // namespace

fs::path place_in(const fs::path& store, const Remote& remote, const std::string& name) { return store / "downloads" / remote.sha256 / name; }

bool is_given(const std::string& text) {
  const auto g = given_in(text);
  return is_url(g.path) || g.has_plan || g.path.find('/') != std::string::npos || fs::is_regular_file(g.path);
}

Release find_release(const std::string& text, const fs::path& manifest_file, const fs::path& built) {
  Release r;
  const auto given = given_in(text);
  const auto& path = given.path;
  if (is_url(path)) {
    r = remote_release(path);
    r.plan = given.plan;
    return r;
  }
  if (is_given(text)) {
    r.name = fs::path(path).filename().string();
    r.plan = given.plan;
    r.archive = fs::absolute(path);
    if (!fs::is_regular_file(r.archive))
      throw Error(
          Blame::scenario,
          path + ": there is no such file; a release is a name, or the path or URL of an archive or binary");
    return r;
  }
  if (manifest_file.empty())
    throw Error(Blame::scenario, "there is no release `" + text +
                                     "`: the profile names none by `releases: MANIFEST`; give the path or URL of an archive or binary");
  auto all = known_releases(manifest_file, built);
  std::string known;
  for (auto& release : all) {
    if (release.name == text) return std::move(release);
    known += (known.empty() ? "" : ", ") + release.name;
  }
  throw Error(Blame::scenario,
              "there is no release `" + text + "` in " + manifest_file.string() + "; there are " + known);
}

std::vector<Release> known_releases(const fs::path& manifest_file, const fs::path& built) {
  const auto manifest = decode_file<Manifest>(manifest_file);
  std::vector<Release> all;
  for (const auto& [name, entry] : manifest.releases) {
    auto& r = all.emplace_back();
    r.name = name;
    r.version = entry.version, r.plan = entry.plan;
    r.from = entry.from;
    r.role = entry.role;
    r.fails = entry.cause, r.shows_with = entry.shows_with;
    r.module_versions = entry.module_versions;
    r.environment = entry.environment;
    r.reads = entry.reads;
    check_form(entry.changes);
    r.changes = entry.changes;
    r.archive = built / manifest_file.stem() / name / manifest.archive;
    r.manifest = manifest_file;
  }
  return all;
}

const Release* chosen_of(const std::vector<Release>& all, const ReleaseChoice& wanted) {
  const auto found = std::ranges::find_if(all, [&](const Release& r) {
    if (wanted.fails != Cause::none) return r.fails == wanted.fails;
    return wanted.role != ReleaseRole::none ? r.role == wanted.role : r.name == wanted.name;
  });
  return found == all.end() ? nullptr : &*found;
}

std::string release_for(const ReleaseChoice& wanted, const fs::path& manifest) {
  const auto all = known_releases(manifest);
  const auto* found = chosen_of(all, wanted);
  return found ? found->name : "";
}

Release find_release(const ReleaseChoice& wanted, const fs::path& manifest, const fs::path& built) {
  if (!wanted.by_purpose()) return find_release(wanted.name, manifest, built);
  const auto name = release_for(wanted, manifest);
  if (name.empty()) throw Error(Blame::scenario, manifest.string() + ": there is no " + to_string(wanted));
  return find_release(name, manifest, built);
}

std::string plan_info(const Release& r) {
#if defined(__aarch64__)
  constexpr const char* kPlatform = "linux/arm64";
#else
  constexpr const char* kPlatform = "linux/amd64";
#endif
  return nlohmann::json{{"binaries", {{kPlatform, r.url + "?checksum=sha256:" + r.artifact.sha256}}}}.dump();
}

std::vector<std::string> release_names(const fs::path& manifest_file) {
  std::vector<std::string> names;
  for (const auto& release : known_releases(manifest_file)) names.push_back(release.name);
  return names;
}

Schema releases_schema() { return schema_of<Manifest>("Releases of a chain"); }

}  // namespace rehearse
