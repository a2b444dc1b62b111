#include "harness/cli/own_releases.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "harness/cli/claimed_folder.h"
#include "harness/cli/running.h"
#include "harness/procedures/procedure.h"
#include "harness/run/scenario_rules.h"
#include "harness/spec/releases.h"
#include "harness/spec/suite.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/discovery/discover.h"
#include "localnet/discovery/program.h"
#include "localnet/http/download.h"

namespace rehearse::cli {

namespace {

void tell(const std::string& what) { std::cerr << fmt::format("{:>9}  {}\n", "", what); }

// A release that is given, and can be executed.
struct OpenedRelease {
  Release release;
  std::string program;  // its name
  bool bare = false;    // no archive: a run takes it under any name
  Artifact artifact;
};

// What is given by URL lies where a run looks for it then.
void fetch_release(Release& release, const fs::path& store) {
  release.archive = place_in(store, *release.remote, release.name);
  if (fs::exists(release.archive)) return;
  tell("fetching " + release.name);
  Loop loop;
  const auto http = make_http(loop);
  bool done = false;
  std::optional<Error> trouble;
  download(*http, {release.remote->url, release.archive, release.remote->sha256}, [&](std::optional<Error> e) { done = true, trouble = std::move(e); });
  while (!done) loop.run_one(std::chrono::milliseconds(100));
  if (trouble) throw *trouble;
}

OpenedRelease opened_release(const std::string& text, const Project& project) {
  OpenedRelease o{find_release(text, {}, project.built_releases()), {}, false, {}};
  if (o.release.remote) fetch_release(o.release, project.store());
  o.program = program_name(o.release.archive);
  o.artifact = open_artifact(o.release.archive, o.program, project.store());
  o.bare = o.artifact.sha256 == o.artifact.binary_sha256;
  return o;
}

// A profile has one name for the program; archives have it under theirs.
std::string name_for(const OpenedRelease& from, const OpenedRelease* to) {
  if (!to || to->bare) return from.program;
  if (!from.bare && from.program != to->program)
    throw Error(Blame::scenario, fmt::format("{} holds the program {}, and {} holds {}: give the programs themselves", from.release.archive.string(), from.program, to->release.archive.string(),
                                             to->program));
  return to->program;
}

// Whether what is run goes by a plan. Of a suite, something does.
bool goes_by_plan(const fs::path& scenario) {
  if (is_suite(scenario)) return true;
  const auto upgrade = load_scenario(scenario).upgrade;
  const auto governs = [](const Procedure& p) { return std::ranges::find(p.takes, "height_in") != p.takes.end(); };
  const auto* procedure = find_procedure(upgrade.kind);
  if (!procedure) return false;  // whoever reads it on says so
  return governs(*procedure) || (upgrade.kind == "train" && std::ranges::any_of(upgrade.legs, [&](TrainLeg leg) { return governs(procedure_of(leg)); }));
}

// Of a chain whose packages of upgrades are called as its plans. Where they are not, a guess would blame the release for having no
// handler. Empty: the program prints no version, which is for the run to find out why.
std::string plan_for(const OpenedRelease& from, const OpenedRelease& to, const fs::path& scratch) {
  const auto version = Program(to.artifact.binary, scratch / "new").version();
  if (version.empty()) return "";
  const auto more = new_upgrade_packages(from.artifact.binary, to.artifact.binary);
  if (more == std::vector{version}) {
    tell("plan: " + version + ", its version, and the only package of upgrades that is new in it");
    return version;
  }
  throw Error(Blame::scenario, fmt::format("{}: the name of its plan is not known; the program prints the version {}{}. Give it: --to {}={}", to.release.archive.string(), version,
                                           more.empty() ? "" : fmt::format(", and packages of upgrades that are new in it are {}", fmt::join(more, ", ")), more.size() == 1 ? more.front() : "PLAN",
                                           to.release.archive.string()));
}

Discovered find_out(const Project& project, const std::string& name, const OpenedRelease& from, const OpenedRelease* to, const fs::path& scratch) {
  return discover({from.artifact.binary, name, from.artifact.sha256, to ? to->artifact.binary : fs::path(), project.profiles(), scratch, tell});
}

// Of another pair, another base or another way to find out it is another.
fs::path folder_for(const Project& project, const OpenedRelease& from, const OpenedRelease& to) {
  constexpr std::size_t kEnough = 12;  // digits
  const auto base = sha256_file(project.profiles() / "cosmos-sdk.yaml");
  return project.written_profiles() / fmt::format("{}-{}-{}.{}", from.artifact.sha256.substr(0, kEnough), to.artifact.sha256.substr(0, kEnough), base.substr(0, kEnough), kDiscoveryRevision);
}

// Whole, or not there: another run may look for it.
void keep(const fs::path& file, const std::string& profile) {
  fs::create_directories(file.parent_path());
  const fs::path made = fmt::format("{}.{}", file.string(), ::getpid());
  write_file(made, profile);
  fs::rename(made, file);
}

}  // namespace

void find_out_profile(const Project& project, RunFlags& flags) {
  const auto [from_text, to_text] = chain_releases(flags);
  if (!flags.profile.empty() || !is_given(from_text) || !is_given(to_text)) return;
  const auto scenario = project.scenario(flags.scenario);
  const auto from = opened_release(from_text, project), to = opened_release(to_text, project);
  const auto name = name_for(from, &to);
  const ClaimedFolder scratch(project);
  if (to.release.plan.empty() && !flags.one_release && goes_by_plan(scenario))
    if (const auto plan = plan_for(from, to, scratch.path()); !plan.empty()) flags.releases.push_back("to=" + plan + "=" + to_text);
  const auto folder = folder_for(project, from, to);
  const auto file = folder / (name + ".yaml");  // reports call the chain by the file's name
  if (!fs::exists(file)) {
    const auto found = find_out(project, name, from, flags.one_release ? nullptr : &to, scratch.path());
    const auto place = found.unproven.empty() ? file : folder / (name + ".unproven.yaml");
    keep(place, found.profile);
    if (!found.unproven.empty())
      throw Error(Blame::scenario, fmt::format("{} cannot be rehearsed without a profile: {}\nWhat was found out is in {}; complete it, and give it by --profile", name, found.unproven,
                                               place.string()));
  }
  tell("profile: " + file.string());
  flags.profile = file;
}

int profile_probe(const Project& project, const ProbeFlags& flags) {
  if (!flags.out.empty() && fs::exists(flags.out)) throw Error(Blame::scenario, flags.out + ": is there already");
  const auto from = opened_release(flags.binary, project);
  std::optional<OpenedRelease> to;
  if (!flags.to.empty()) to = opened_release(flags.to, project);
  const auto* upgraded = to ? &*to : nullptr;
  const ClaimedFolder scratch(project);
  const auto found = find_out(project, name_for(from, upgraded), from, upgraded, scratch.path());
  if (flags.out.empty()) std::cout << found.profile << std::flush;
  else write_file(flags.out, found.profile);
  if (found.unproven.empty()) return 0;
  std::cerr << "rehearse: not proven: " << printable_lines(found.unproven) << "\n";
  return 1;
}

}  // namespace rehearse::cli
