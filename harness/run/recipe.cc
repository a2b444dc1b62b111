#include "harness/run/recipe.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "harness/faults/plan.h"
#include "harness/run/run_folder.h"
#include "localnet/base/error.h"
#include "localnet/base/json_text.h"
#include "localnet/base/text.h"
#include "localnet/base/yaml_merge.h"
#include "localnet/cosmos/node_home.h"

namespace rehearse {

namespace fs = std::filesystem;
using record::Json;

namespace {

constexpr const char* kFacts = "recipe.json";
constexpr const char* kReleases = "releases";
constexpr const char* kAttest = "attest.yaml";
constexpr const char* kSchedule = "schedule.json";

// Where a release goes that was given as a file.
fs::path own_file(const std::string& role) { return fs::path(kReleases) / "files" / role; }

// A file that the profile names, and the keys that lead to its name.
struct NamedFile {
  std::vector<std::string> keys;
  std::string value;  // relative to the profile
};

std::vector<NamedFile> named_files(const Profile& p) {
  return {{{"releases"}, p.releases}, {{"provider", "releases"}, p.provider ? p.provider->releases : ""}, {{"monitoring", "alerts"}, p.monitoring.alerts}};
}

// The profile's text with its files beside it, which are copied there.
std::string with_files_beside(const Profile& p, const fs::path& folder) {
  auto root = YAML::Load(p.text);
  for (const auto& [keys, value] : named_files(p)) {
    const auto file = p.file.parent_path() / value;
    if (value.empty() || !fs::is_regular_file(file)) continue;  // whoever needs it says so
    const auto to = fs::path("files") / keys.front() / file.filename();
    fs::create_directories((folder / to).parent_path());
    fs::copy_file(file, folder / to, fs::copy_options::overwrite_existing);
    auto section = keys.size() == 1 ? root : root[keys.front()];
    section[keys.back()] = to.string();
  }
  return write_yaml(root);
}

RecipeRelease noted(const std::string& role, const Release& r, const RunOptions& o, const fs::path& folder) {
  RecipeRelease noted{role, r.name, r.plan, "", r.archive.string(), ""};
  if (r.remote) {
    noted.source = r.remote->url + (r.remote->url.find('?') == std::string::npos ? "?" : "&") + "checksum=sha256:" + r.remote->sha256, noted.sha256 = r.remote->sha256;
    return noted;
  }
  const auto below = r.archive.lexically_relative(o.built);
  const bool of_manifest = std::distance(below.begin(), below.end()) == 3 && below.parent_path().filename() == r.name;
  if (of_manifest) noted.plan.clear();
  else if (!release_flag(role)) return noted;  // it is named by its path, and has to be there
  noted.path = of_manifest ? fs::path(kReleases) / below : own_file(role) / r.archive.filename();
  copy_beside(r.archive, folder / noted.path);
  return noted;
}

std::vector<RecipeRelease> all_of(const Inputs& in, const RunOptions& o, const fs::path& folder) {
  std::vector<RecipeRelease> all = {noted("from", in.from, o, folder), noted("to", in.to, o, folder)};
  if (in.patch) all.push_back(noted("patch", *in.patch, o, folder));
  if (in.failing) all.push_back(noted("failing", *in.failing, o, folder));
  if (in.provider) {
    all.push_back(noted("provider-from", in.provider->from, o, folder));
    all.push_back(noted("provider-to", in.provider->to, o, folder));
  }
  for (const auto& [name, release] : in.others) all.push_back(noted(name, release, o, folder));
  return all;
}

Json options_json(const RunOptions& o) {
  Json genesis = Json::array();
  for (const auto& [path, value] : o.genesis) genesis.push_back({path, value});
  Json j = {{"one_release", o.one_release}, {"expect", o.expect}, {"seed", o.seed}, {"genesis", genesis}, {"timeout_s", o.timeout.count()}, {"log_bytes", o.caps.log_bytes}};
  for (const auto& [role, option] : kReleaseFlags) j[role] = o.*option;
  if (o.validators) j["validators"] = *o.validators;
  if (o.backend) j["backend"] = name_of(*o.backend);
  return j;
}

}  // namespace

void write_recipe(const fs::path& run_folder, const Inputs& in, const RunOptions& o) {
  const auto folder = run_folder / kRecipe;
  fs::create_directories(folder);
  Recipe r;
  r.scenario = o.scenario.filename(), r.profile = o.profile.filename();
  if (r.profile == r.scenario) r.profile = "profile-" + r.profile;
  fs::copy_file(o.scenario, folder / r.scenario);
  write_file(folder / r.profile, with_files_beside(in.profile, folder));
  if (!o.attest.empty()) fs::copy_file(o.attest, folder / kAttest);
  if (!in.faults.empty() || !o.schedule.empty()) write_schedule(folder / kSchedule, in.faults);
  r.options = options_json(o);
  r.releases = all_of(in, o, folder);
  write_file(folder / kFacts, Json(r).dump(2) + "\n");
}

namespace {

// What a stranger's recipe names lies in its own folder.
void check_names(const Recipe& r) {
  const auto is_name = [](const std::string& text) { return !text.empty() && text != ".." && fs::path(text).filename() == text; };
  const auto is_below = [](const fs::path& path) {
    return path.is_relative() && *path.begin() == kReleases && path.lexically_normal() == path && path.has_filename();
  };
  for (const auto& name : {r.scenario, r.profile})
    if (!is_name(name)) throw std::invalid_argument("`" + name + "` is no file of its folder");
  for (const auto& release : r.releases)
    if (!release.path.empty() && !is_below(release.path)) throw std::invalid_argument("`" + release.path + "` is not below releases/");
}

}  // namespace

void copy_beside(const fs::path& archive, const fs::path& place) {
  for (const char* name : {"SHA256SUMS", "CHANGELOG.md"})
    if (const auto file = archive.parent_path() / name; fs::is_regular_file(file)) {
      fs::create_directories(place.parent_path());
      fs::copy_file(file, place.parent_path() / name, fs::copy_options::overwrite_existing);
    }
}

fs::path place_in_recipe(const fs::path& below_built) { return fs::path(kReleases) / below_built; }

fs::path place_in_built(const fs::path& path) {
  const auto below = path.lexically_relative(kReleases);
  return std::distance(below.begin(), below.end()) == 3 && *below.begin() != "files" && *below.begin() != ".." ? below : fs::path();
}

Recipe read_recipe(const fs::path& folder) {
  const auto file = folder / kFacts;
  if (!fs::is_regular_file(file))
    throw Error(Blame::scenario, folder.string() + ": no recipe.json: not what a run of this harness has left");
  try {
    auto recipe = parse_json(read_file(file)).get<Recipe>();
    check_names(recipe);
    return recipe;
  } catch (const std::exception& e) {  // of the JSON library, or of a name that is none
    throw Error(Blame::scenario, file.string() + ": is damaged: " + printable(e.what()));
  }
}

RunOptions repeat_options(const Recipe& r, const fs::path& folder, RunOptions o) try {
  o.scenario = folder / r.scenario, o.profile = folder / r.profile;
  o.attest.clear(), o.schedule.clear(), o.genesis.clear();
  o.built = folder / kReleases, o.build_release = {};
  if (fs::exists(folder / kAttest)) o.attest = folder / kAttest;
  if (fs::exists(folder / kSchedule)) o.schedule = folder / kSchedule;
  const auto& j = r.options;
  const auto release = [&](const char* role) {
    for (const auto& known : r.releases)
      if (known.role == role && fs::path(known.path).parent_path() == own_file(role))
        return (known.plan.empty() ? "" : known.plan + "=") + fs::absolute(folder / known.path).string();
    return j.value(role, "");
  };
  for (const auto& [role, option] : kReleaseFlags) o.*option = release(role);
  o.one_release = j.value("one_release", false), o.expect = j.value("expect", "");
  o.seed = j.value("seed", o.seed);
  for (const auto& pair : j.value("genesis", Json::array())) o.genesis.emplace_back(pair.at(0).get<std::string>(), pair.at(1));
  o.timeout = std::chrono::seconds(j.value("timeout_s", o.timeout.count()));
  o.caps.log_bytes = j.value("log_bytes", o.caps.log_bytes);
  if (j.contains("validators")) o.validators = j.at("validators").get<int>();
  if (j.contains("backend")) o.backend = j.at("backend").get<NetworkBackend>();
  return o;
} catch (const Error&) {
  throw;
} catch (const std::exception& e) {
  throw Error(Blame::scenario, (folder / kFacts).string() + ": options: " + printable(e.what()));
}

}  // namespace rehearse
