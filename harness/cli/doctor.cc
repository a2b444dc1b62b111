// rehearse doctor and rehearse heal: what this machine can do, and clean-up.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>
#include <set>

#include "harness/cli/commands.h"
#include "harness/cli/repeating.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/spec/releases.h"
#include "localnet/process/address.h"
#include "localnet/inject/capabilities.h"
#include "localnet/process/guard.h"
#include "localnet/profile/profile.h"

namespace rehearse::cli {

namespace {

// Prints a line for a thing that is needed; `probe` returns how it was found, or throws Error saying what is wrong.
class Examination {
 public:
  template <class Probe>
  void item(const std::string& what, Probe probe) {
    try {
      const std::string found = probe();
      std::cout << fmt::format("  ok       {:<28} {}\n", what, found);
    } catch (const std::exception& e) {
      std::cout << fmt::format("  missing  {:<28} {}\n", what, e.what());
      all_good_ = false;
    }
  }
  bool all_good() const { return all_good_; }

 private:
  bool all_good_ = true;
};

std::string found_executable(const fs::path& path, const std::string& remedy) {
  if (::access(path.c_str(), X_OK) != 0) throw Error(Blame::machine, path.string() + ": not there; " + remedy);
  return path.string();
}

std::string open_files() {
  constexpr rlim_t kEnough = 4096;  // a node keeps some hundred files and connections open
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < kEnough)
    throw Error(Blame::machine, fmt::format("the hard limit is {}; raise it to {} (ulimit -Hn)", limit.rlim_max, kEnough));
  return fmt::format("up to {}", limit.rlim_max);
}

std::string disk_room(const fs::path& folder) {
  constexpr std::uintmax_t kNeeded = 2'000'000'000;  // the fixtures' releases, unpacked binaries and a run's data
  const auto space = fs::space(folder);
  if (space.available < kNeeded)
    throw Error(Blame::machine, fmt::format("{} MB in {}; {} MB are needed", space.available / 1'000'000, folder.string(),
                                            kNeeded / 1'000'000));
  return fmt::format("{} MB in {}", space.available / 1'000'000, folder.string());
}

}  // namespace

int doctor(const Project& project, const std::string& profile_name) {
  Examination e;
  std::cout << "needed for a run\n";
  const auto profile = load_profile(project.profile(profile_name), project.profiles());
  e.item("loopback addresses", [] { return "127.x.y.*, such as " + AddressBlock::claim(runtime_dir()).at(1); });
  e.item("open files", open_files);
  e.item("disk", [&] { return disk_room(project.root()); });
  e.item("cosmovisor", [&] { return found_executable(project.cosmovisor(), "./rehearse run builds it"); });
  if (!profile.releases.empty()) {
    const auto manifest = profile.file.parent_path() / profile.releases;
    for (const auto& name : release_names(manifest))
      e.item("release " + name, [&] {
        const auto release = find_release(name, manifest, project.built_releases());
        return fs::is_regular_file(release.archive) ? release.archive.filename().string() : "is built when a rehearsal names it";
      });
  }
  std::cout << "of use\n";
  const auto keras = project.keras();
  std::cout << fmt::format("  {:<8} {:<28} {}\n", keras.empty() ? "none" : "there", "Keras, to load models",
                           keras.empty() ? "./rehearse keras installs it" : keras.string());
  std::cout << "failures that can be injected\n";
  for (const auto& c : capabilities())
    std::cout << fmt::format("  {:<8} {:<28} {}\n", c.available() ? "ok" : "none", c.name, c.available() ? c.probed : c.needs);
  std::cout << "runs on this machine\n";
  const auto runs = live_runs(runtime_dir());
  for (const auto& r : runs) std::cout << fmt::format("  {}  process {}  {}\n", r.run_id, r.pid, r.folder);
  if (runs.empty()) std::cout << "  none\n";
  return e.all_good() ? 0 : 3;
}

int heal(const Project& project, const std::string& run) {
  auto healed = clean_up(runtime_dir(), run);
  // Of killed runs, of suites that were killed between two of theirs, and of replays of a run or of one of a suite.
  std::set<fs::path> suites;
  for (const fs::path folder : healed.folders) {
    fs::remove_all(folder / kUnfinishedCheckpoint);
    suites.insert(folder.parent_path());
  }
  std::error_code none;
  if (run.empty())
    for (const auto& entry : fs::directory_iterator(project.results(), none)) {
      suites.insert(entry.path());
      for (const auto& below : fs::directory_iterator(entry.path(), none)) suites.insert(below.path());
    }
  for (const auto& suite : suites)
    if (remove_abandoned_checkpoints(suite / kCheckpoints)) healed.done.push_back((suite / kCheckpoints).string() + " removed");
  if (run.empty())
    for (const auto& folder : remove_abandoned_folders(project)) healed.done.push_back(folder.string() + " removed");
  for (const auto& line : healed.done) std::cout << line << "\n";
  if (healed.done.empty()) std::cout << "nothing was left\n";
  return healed.refused ? 3 : 0;
}

}  // namespace rehearse::cli
