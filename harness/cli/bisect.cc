// rehearse bisect: with which release a failure began.
#include "harness/repro/bisect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "harness/cli/repeating.h"
#include "harness/run/inputs.h"
#include "harness/run/run_folder.h"
#include "harness/spec/releases.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/http/url.h"

namespace rehearse::cli {

namespace {

// Beside releases lies what is said of them.
bool is_release(const std::string& name) {
  for (const char* ending : {"SUMS", ".md", ".txt", ".sha256", ".sig", ".asc", ".json", ".yaml"})
    if (name.ends_with(ending)) return false;
  return !name.starts_with(".");
}

// In the order of a folder's names as versions, of a manifest, or of a text's lines.
std::vector<std::string> listed(const fs::path& from) {
  std::vector<std::string> all;
  if (fs::is_directory(from)) {
    for (const auto& entry : fs::directory_iterator(from))
      if (entry.is_regular_file() && is_release(entry.path().filename().string())) all.push_back(entry.path().string());
    std::ranges::sort(all, [](const auto& a, const auto& b) { return ::strverscmp(a.c_str(), b.c_str()) < 0; });
    return all;
  }
  if (!fs::is_regular_file(from)) throw Error(Blame::scenario, from.string() + ": there is no such file or folder of releases");
  if (from.extension() == ".yaml") return release_names(from);
  std::istringstream lines(read_file(from));
  for (std::string line; std::getline(lines, line);)
    if (const auto first = line.find_first_not_of(" \t\r"); first != std::string::npos && line[first] != '#')
      all.push_back(printable(line.substr(first, line.find_last_not_of(" \t\r") + 1 - first)));
  return all;
}

// From the good one to the bad one. A file of a folder can be named without it.
std::vector<std::string> chosen(const BisectFlags& f) {
  const auto all = listed(f.releases);
  if (all.empty()) throw Error(Blame::scenario, f.releases + ": holds no release");
  const auto place = [&](const char* flag, const std::string& name) {
    const auto found = std::ranges::find_if(all, [&](const auto& r) { return r == name || fs::path(r).filename() == name; });
    if (found == all.end())
      throw Error(Blame::scenario, fmt::format("{} {}: {} has no such release; it has {}", flag, name, f.releases, fmt::join(all, ", ")));
    return found;
  };
  const auto good = place("--good", f.good), bad = place("--bad", f.bad);
  for (auto i = good; i < bad; ++i)
    if (std::find(good, i, *i) != i) throw Error(Blame::scenario, fmt::format("{}: {} is there twice", f.releases, *i));
  if (good >= bad) throw Error(Blame::scenario, fmt::format("--good {} has to come before --bad {} in {}", f.good, f.bad, f.releases));
  return {good, bad + 1};
}

// The program of a commit; empty: the command says that it has none. Throws Error(Blame::machine) when it fails otherwise.
fs::path built(const std::string& command, const std::string& commit, const fs::path& folder) {
  constexpr int kCannotBeTried = 125;
  const auto program = folder / "programs" / commit, unfinished = fs::path(program.string() + ".unfinished");
  if (fs::exists(program)) return program;
  fs::create_directories(program.parent_path());
  fs::remove(unfinished);
  ::setenv("REHEARSE_COMMIT", commit.c_str(), 1);
  ::setenv("REHEARSE_OUTPUT", unfinished.c_str(), 1);
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == kCannotBeTried) return {};
  if (code == 128 + SIGINT || code == 128 + SIGTERM) throw StoppedByUser{code - 128};
  if (code != 0) throw Error(Blame::machine, fmt::format("--build of {}: exit {}; 125 leaves a commit out", commit, code));
  if (!fs::is_regular_file(unfinished)) throw Error(Blame::machine, fmt::format("--build of {}: it has left no program in $REHEARSE_OUTPUT", commit));
  fs::rename(unfinished, program);
  return program;
}

// As it is typed; nothing for what was not given.
std::string flag(const char* name, const std::string& value) { return value.empty() ? "" : fmt::format(" {} {}", name, value); }

// What is tried with each release: a scenario, or the run that a bundle, its URL or a folder is of.
class Subject {
 public:
  Subject(const Project& project, const RunFlags& flags) : project_(project), what_(flags.scenario), flags_(flags) {
    for (const auto& given : flags.releases)
      if (given.starts_with("to=")) throw Error(Blame::scenario, fmt::format("--release {}: bisect tries those of --releases", given));
    if (!flags.from.empty()) flags_.releases.push_back("from=" + flags.from);
    if (!is_failure(project, what_)) {
      if (is_suite(project.scenario(what_))) throw Error(Blame::scenario, "bisect takes a scenario, not a suite");
      return;
    }
    flags_.scenario = RunFlags{}.scenario, flags_.profile.clear();  // it has its own
    failed_.emplace(project, what_);
    failed_->throw_if_passed();
    for (const auto& known : failed_->recipe().releases)
      if (known.role == "to") plan_ = known.plan;
  }

  fs::path folder(const std::string& command) const { return options_of(project_, flags_, command).folder; }

  std::optional<record::Failure> failure() const { return failed_ ? std::optional(failed_->failure()) : std::nullopt; }

  // `bad` stands in for the release that the run had, which need not be here.
  RunOptions options(const std::string& bad, const std::string& command) const {
    if (!failed_) return options_of(project_, flags_, command);
    auto flags = flags_;
    flags.releases.push_back("to=" + with_plan(bad));
    return failed_->options(project_, flags, command);
  }

  void give(const std::string& release, RunOptions& o) const {
    if (failed_) failed_->replace(project_, "to", with_plan(release), o);
    else o.to = release;
  }

  // Before anything is run: what no run of it can be of.
  void check(const RunOptions& o) const {
    if (failed_) failed_->check(o);
    else read_inputs(o);
  }

  // Of one run of it.
  std::string command(const RunOptions& o, const std::string& release) const {
    std::string others;
    for (const auto& given : flags_.releases) others += flag("--release", given);
    if (failed_) return fmt::format("./rehearse repro {}{} --release to={}", what_, others, with_plan(release));
    return fmt::format("./rehearse run {}{}{} --release to={} --seed {}", what_, flag("--profile", flags_.profile), others, release, o.seed);
  }

 private:
  static bool is_failure(const Project& project, const std::string& what) {
    if (is_url(what)) return true;
    return fs::exists(what) && fs::path(what).extension() != ".yaml" && !fs::exists(project.scenarios() / (what + ".yaml"));
  }

  // What the chain plans was not the version that the run's release prints: nor is it of another build.
  std::string with_plan(const std::string& release) const {
    return plan_.empty() || release.find('=') != std::string::npos || !fs::exists(release) ? release : plan_ + "=" + release;
  }

  const Project& project_;
  const std::string what_;
  std::string plan_;
  RunFlags flags_;
  std::optional<Failed> failed_;
};

// One between the ends that is nothing either is left out, and told.
void check_ends(const Subject& subject, RunOptions o, const std::vector<std::string>& releases) {
  o.build_release = {};
  for (const auto& end : {releases.front(), releases.back()}) subject.give(end, o), subject.check(o);
}

}  // namespace

int bisect(const Project& project, const RunFlags& flags, const BisectFlags& bisected, const std::string& command) try {
  const Subject subject(project, flags);
  const auto folder = subject.folder(command);
  check_unused(folder);
  const auto releases = chosen(bisected);
  const bool builds = !bisected.build.empty();
  if (builds && fs::is_directory(bisected.releases)) throw Error(Blame::scenario, bisected.releases + ": --build takes commits, a text with one a line");
  const auto program_of = [&](const std::string& release) { return builds ? built(bisected.build, release, folder).string() : release; };
  const auto bad = program_of(releases.back());
  if (bad.empty()) throw Error(Blame::scenario, fmt::format("--bad {} cannot be tried: --build ends with 125", releases.back()));
  auto o = subject.options(bad, command);
  o.folder = folder;
  o.keep = Keep::never;
  if (!builds) check_ends(subject, o, releases);
  fs::create_directories(o.folder);
  std::ofstream log(o.folder / "bisect.md");
  const Tell tell = [&](const std::string& line) {
    std::cout << "  " << line << "\n" << std::flush;
    log << "- " << line << "\n" << std::flush;
  };
  int runs = 0;
  const TryRelease run = [&](const std::string& release) -> std::optional<record::RunRecord> {
    auto one = o;
    const auto program = program_of(release);
    if (program.empty()) return std::nullopt;
    try {
      subject.give(program, one);
    } catch (const Error& e) {
      tell(e.what());
      return std::nullopt;
    }
    one.command = subject.command(o, program);
    one.folder = o.folder / fmt::format("{:03}-{}", ++runs, fs::path(release).filename().string());
    return try_apart(one, {leaves_of(flags).dialect, std::nullopt});
  };
  std::cout << fmt::format("{} releases from {} to {}\n", releases.size(), releases.front(), releases.back()) << std::flush;
  if (chose_no_folder(flags)) link_latest(o.folder);
  const auto found = rehearse::bisect(releases, run, tell, subject.failure());
  tell(fmt::format("{} passes {} of {}, {} fails {} of {}: {}", found.last_good, found.good.passed, found.good.tried, found.first_bad, found.bad.same,
                   found.bad.tried, found.failure.evidence));
  if (!found.untried.empty()) tell(fmt::format("cannot be tried, and may be where it began: {}", fmt::join(found.untried, ", ")));
  std::cout << fmt::format("\nfirst bad: {} ({})\n", found.first_bad, name_of(found.failure.cause));
  return 0;
} catch (const StoppedByUser& s) {
  return 128 + s.signal;
}

}  // namespace rehearse::cli
