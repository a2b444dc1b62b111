#include "harness/cli/repeating.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "harness/repro/releases.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/inputs.h"
#include "harness/run/run_folder.h"
#include "harness/run/side_by_side.h"
#include "harness/spec/release_path.h"
#include "harness/spec/releases.h"
#include "harness/view/journal.h"
#include "localnet/artifact/artifact.h"
#include "localnet/base/text.h"
#include "localnet/http/http.h"
#include "localnet/http/url.h"

namespace rehearse::cli {

namespace {

void fetch(const std::string& url, const fs::path& file) {
  constexpr std::uint64_t kMost = 4'000'000'000;  // bytes
  std::uint64_t got = 0;
  std::ofstream out(file, std::ios::binary);
  Loop loop;
  const auto http = make_http(loop);
  std::optional<HttpResponse> answer;
  HttpRequest request{url};
  std::cout << "fetching " << url << "\n" << std::flush;
  request.timeout = std::chrono::milliseconds(0), request.redirects = 5;
  request.on_body = [&](const HttpResponse& head, std::string_view piece) {
    got += piece.size();
    return got <= kMost && (head.status != 200 || static_cast<bool>(out.write(piece.data(), static_cast<std::streamsize>(piece.size()))));
  };
  http->send(std::move(request), [&](HttpResponse a) { answer = std::move(a); });
  while (!answer) loop.run_one(std::chrono::milliseconds(100));
  out.close();
  if (answer->status != 200 || !answer->error.empty() || !out)
    throw Error(Blame::machine, fmt::format("{}: cannot be fetched: {}", url, answer->error.empty() ? fmt::format("status {}", answer->status) : answer->error));
}

// Else it would be found out with the network up, and be taken for a release that fails.
void check_archive(const fs::path& archive, const Profile& profile, const Project& project) try {
  open_artifact(archive, profile.chain.binary, project.store());
} catch (const Error& e) {
  throw Error(Blame::scenario, std::string("--release: ") + e.what());
}

void place(const Project& project, const fs::path& recipe, const std::string& role, const std::string& text, RunOptions& o) {
  o.*release_flag(role) = text;
  const auto profile = load_profile(o.profile, o.profiles);
  const auto r = find_release(release_choice(text), manifest_of(profile), project.built_releases());
  if (!r.remote && fs::exists(r.archive)) check_archive(r.archive, profile, project);
  const auto below = r.archive.lexically_relative(project.built_releases());
  if (r.remote || below.empty() || *below.begin() == "..") return;
  if (!fs::exists(r.archive)) project.build_release(project.root() / "fixtures" / (below.begin()->string() + ".yaml"), r.name);
  const auto place = recipe / place_in_recipe(below);
  copy_beside(r.archive, place);
  link_or_copy(r.archive, place);
}

}  // namespace

void remove_abandoned_replay(const std::string& run) {
  if (remove_abandoned_checkpoints(fs::path(run) / kCheckpoints)) remove_from_run(fs::path(run) / kUnfinishedCheckpoint);
}

Failed::Failed(const Project& project, const std::string& target)
    : target_(target), place_(project), bundle_(told([this] { return open(); })),
      recipe_(told([this] { return read_recipe(bundle_.recipe); })) {}

Bundle Failed::open() const {
  const auto to = place_.path() / kRecipe;
  if (is_url(target_)) {
    fetch(target_, place_.path() / kBundle);
    return open_bundle(place_.path() / kBundle, to, target_);
  }
  if (fs::is_directory(target_)) return bundle_of_run(target_, to);
  return open_bundle(target_, to);
}

std::string Failed::in_users_words(std::string said) const {
  const auto place = place_.path().string() + "/";
  for (auto at = said.find(place); at != std::string::npos; at = said.find(place, at)) said.erase(at, place.size());
  return said.find(target_) == std::string::npos ? target_ + ": " + said : said;
}

std::string Failed::headline() const {
  const auto& m = manifest();
  const auto with = m.harness_version == REHEARSE_VERSION ? "" : fmt::format(" with rehearse {} (this is {})", m.harness_version, REHEARSE_VERSION);
  return printable(fmt::format("{} on {} failed{}: {}", m.scenario, m.profile, with, name_of(m.failure.cause)));
}

void Failed::throw_if_passed() const {
  if (failure().verdict == "pass")
    throw Error(Blame::scenario, target_ + ": that run passed: there is no failure to come again");
}

void Failed::check(const RunOptions& o) const {
  told([&] {
    try {
      read_inputs(o);
    } catch (const Error& e) {
      throw Error(Blame::machine, std::string("it is sound, and its run cannot be tried here: ") + e.what());
    }
  });
}

RunOptions Failed::options(const Project& project, const RunFlags& flags, const std::string& command) const {
  return told([&] { return repeated_options(project, flags, command); });
}

void Failed::replace(const Project& project, const std::string& role, const std::string& release, RunOptions& o) const {
  told([&] { place(project, bundle_.recipe, role, release, o); });
}

RunOptions Failed::repeated_options(const Project& project, const RunFlags& flags, const std::string& command) const {
  auto o = repeat_options(recipe_, bundle_.recipe, options_of(project, flags, command));
  std::vector<std::string> replaced;
  for (const auto& text : flags.releases) {
    const auto equals = text.find('=');
    replaced.push_back(text.substr(0, equals));
    place(project, bundle_.recipe, replaced.back(), text.substr(equals + 1), o);
  }
  place_releases(bundle_.manifest.releases, bundle_.recipe,
                 {project.built_releases(), project.root() / "fixtures",
                  [&project](const fs::path& manifest, const std::string& release) { project.build_release(manifest, release); }},
                 replaced);
  return o;
}

record::RunRecord try_apart(RunOptions o, const Leaves& leaves) {
  fs::remove_all(o.folder);
  std::cout << fmt::format("{}: ", o.folder.filename().string()) << std::flush;
  const Job job = {[&] {
                     o.invoked = now_micros();
                     return run_one_of(o, leaves, o.folder);
                   },
                   o.folder.string() + ".log", after_crash};
  if (const int signal = run_side_by_side({job}, 1, [](std::size_t, int) {})) throw StoppedByUser{signal};
  const auto record = record_of(o);
  const auto& d = record.diagnosis;
  std::cout << fmt::format("{}{}\n", record.verdict, d ? ", " + (d->cause == Cause::none ? printable(d->first_evidence) : name_of(d->cause)) : "") << std::flush;
  return record;
}

}  // namespace rehearse::cli
