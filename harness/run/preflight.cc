#include "harness/run/preflight.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "harness/engine/publication.h"
#include "harness/spec/release_path.h"
#include "localnet/cosmos/go_panic.h"
#include "localnet/process/blocked_signals.h"
#include "localnet/network/node_log.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// A program that hangs is told from one that a busy machine holds up.
constexpr std::chrono::seconds kAnswers{30};
constexpr Budget kWhileTheyMayAnswer{kAnswers + std::chrono::seconds(10), kAnswers + std::chrono::seconds(10)};
constexpr const char* kPreparation = "Chain Upgrades, Phase 1: Preparation";

// A node's data, its backup and its logs for the minutes of a rehearsal.
constexpr std::uintmax_t kRoomOfANode = 100'000'000;

bool on_one_disk(const fs::path& a, const fs::path& b) {
  struct stat of_a, of_b;
  return ::stat(a.c_str(), &of_a) == 0 && ::stat(b.c_str(), &of_b) == 0 && of_a.st_dev == of_b.st_dev;
}

// `binary`: of the current release, in the store. Each node has it and the new one: links, but on another
// disk copies.
void check_room(const fs::path& folder, std::size_t nodes, const fs::path& binary) {
  const auto binaries = on_one_disk(folder, binary) ? 0 : 2 * fs::file_size(binary);
  const auto free = fs::space(folder).available, needed = nodes * (kRoomOfANode + binaries);
  if (free < needed)
    throw Error(Blame::machine, fmt::format("{}: {} MB are free, {} nodes need {} MB; make room, or give --out another disk",
                                            folder.string(), free / 1'000'000, nodes, needed / 1'000'000));
}

// The thread leaves the processors to whoever makes the network meanwhile: how long that takes says how slow the machine is
// (network_of.h).
void give_way() {
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

}  // namespace

Preflight::Preflight(Rehearsal& r, Subject& subject, std::map<std::string, std::string> environment)
    : r_(r),
      subject_(subject),
      server_(*subject.release_server),
      cli_(r.loop(), r.profile(), r.folder() / "commands" / "versions", std::move(environment)) {}

// What is known of the releases is recorded as it becomes known: a bad one ends the run here.
void Preflight::tell() {
  r_.record(record::ReleasesOpened{provenance(subject_.from), provenance(subject_.to),
                                   subject_.from.module_versions, subject_.to.module_versions,
                                   cosmovisor_.binary_sha256});
}

// Kept by its content: what was fetched once is there.
void Preflight::fetch(const std::string& which, Release& release) {
  if (!release.remote) return;
  release.archive = place_in(subject_.store, *release.remote, release.name);
  if (fs::exists(release.archive)) return;
  r_.step("fetch-" + which, "Fetch the release given by URL", "", [&] {
    r_.download({{release.remote->url, release.archive, release.remote->sha256}});
    return fmt::format("{}: {:.1f} MB", release.name,
                       static_cast<double>(fs::file_size(release.archive)) / 1e6);
  });
}

void Preflight::start_download() {
  downloaded_ = r_.folder() / "download" / subject_.to.archive.filename();
  const std::weak_ptr<bool> here = alive_;
  r_.http().send(request_sums(server_, subject_.to), [this, here](const HttpResponse& answer) {
    if (here.expired()) return;
    try {
      checksum_ = published_checksum(answer, server_, subject_.to);
    } catch (const Error& e) {
      return done(e);
    }
    rehearse::download(r_.http(), {subject_.to.url, downloaded_, checksum_, server_.ca_file()},
                       [this, here](std::optional<Error> trouble) {
                         if (here.expired()) return;
                         if (trouble)
                           done(std::move(trouble));
                         else
                           arrived();
                       });
  });
}

// What the store holds already is not unpacked again.
void Preflight::arrived() {
  try {
    if (auto known = stored_artifact(checksum_, r_.profile().chain.binary, subject_.store))
      take(std::move(*known));
    else
      open_beside();
  } catch (const Error& e) {
    done(e);
  }
}

// Unpacking takes a second or more, in which the network is made.
void Preflight::open_beside() {
  const AllSignalsBlocked while_it_starts;
  opening_ = std::jthread([this, &loop = r_.loop(), here = std::weak_ptr<bool>(alive_), archive = downloaded_,
                           binary = r_.profile().chain.binary, store = subject_.store, checksum = checksum_] {
    give_way();
    std::function<void()> then;
    try {
      then = [this, artifact = open_artifact(archive, binary, store, checksum)] { take(artifact); };
    } catch (const Error& e) {
      then = [this, e] { done(e); };
    } catch (const std::exception& e) {
      then = [this, e = Error(Blame::machine, archive.string() + ": " + e.what())] { done(e); };
    }
    loop.post([here, then = std::move(then)] {
      if (!here.expired()) then();
    });
  });
}

void Preflight::take(Artifact artifact) {
  subject_.to.artifact = std::move(artifact);
  try {
    ask_version(subject_.to, to_printed_);
    done();
  } catch (const Error& e) {
    done(e);
  }
}

void Preflight::done(std::optional<Error> trouble) {
  trouble_ = std::move(trouble);
  done_ = true;
}

void Preflight::begin(const fs::path& cosmovisor) {
  tell();
  fetch("from", subject_.from);
  fetch("to", subject_.to);
  r_.step("current", "Verify the current release", "", [&] {
    const auto& network = r_.scenario().network;
    subject_.from.artifact = open_artifact(subject_.from.archive, r_.profile().chain.binary, subject_.store);
    check_room(r_.folder(), node_names(network).size(),
               subject_.from.artifact.binary);
    ask_version(subject_.from, from_printed_);
    publish(server_, subject_.to);
    start_download();
    if (uses_cosmovisor(network)) cosmovisor_ = open_artifact(cosmovisor, "cosmovisor", subject_.store);
    return fmt::format("{}: sha256 {}", subject_.from.name, subject_.from.artifact.sha256.substr(0, 16));
  });
  tell();
}

void Preflight::receive() {
  r_.step("checksum", "Download new binary and verify checksum", kPreparation, [&] {
    r_.await_done(
        subject_.to.url, [&] { return done_; }, kWhileAnythingComes);
    if (trouble_) throw Error(*trouble_);
    fs::remove_all(downloaded_.parent_path());
    return fmt::format("{}: sha256 {}, {}", subject_.to.name, subject_.to.artifact.sha256.substr(0, 16),
                       how_published(subject_.to));
  });
  tell();
}

void Preflight::ask_version(const Release& release, std::optional<CliAnswer>& printed) {
  try {
    cli_.run(
        release.artifact.binary, command_of(r_.profile(), "version").run, Stream::out,
        [&printed](CliAnswer a) { printed = std::move(a); }, kAnswers);
  } catch (const Error& e) {  // the kernel does not take it: that is the release's fault
    throw e.trouble == Trouble::does_not_run ? Error(Blame::release, release.name + ": " + e.what(), e.trouble) : e;
  }
}

namespace {

// A program that panics runs; one that its loader does not take does not.
void throw_if_it_fails(const Release& release, const CliAnswer& answer) {
  if (answer.trouble().empty()) return;
  PanicReader reader;
  std::istringstream said(answer.err);
  std::int64_t number = 0;
  for (std::string line; std::getline(said, line);) reader.line(line, ++number);
  if (const auto panic = reader.panic()) throw StepFailed(fmt::format("{}: `{}`: {}", release.name, answer.command, panic->first_line()), Cause::start_panic);
  throw StepFailed(release.name + ": " + answer.trouble(), Cause::binary_does_not_run);
}

}  // namespace

void Preflight::check_versions(bool one_release) {
  auto &from = subject_.from, &to = subject_.to;
  r_.step("version", "Verify binary", kPreparation, [&] {
    r_.await_done(
        "versions", [&] { return from_printed_ && to_printed_; }, kWhileTheyMayAnswer);
    std::string unknown;
    for (auto* release : {&from, &to}) {
      const auto& answer = release == &from ? *from_printed_ : *to_printed_;
      throw_if_it_fails(*release, answer);
      release->printed_version = version_in(answer);
      if (release->printed_version.empty()) {
        r_.note(fmt::format("{}: {} prints no version: {}", name_of(Cause::version_unknown), release->name, advice_for(Cause::version_unknown)));
        unknown += " (" + release->name + " prints no version)";
        continue;
      }
      if (!release->version.empty() && release->printed_version != release->version)
        throw StepFailed(fmt::format("{} holds {}, not {}", release->archive.filename().string(),
                                     release->printed_version, release->version),
                         Cause::wrong_version_inside);
    }
    if (to.plan.empty() && to.printed_version.empty() && !one_release)
      throw StepFailed(fmt::format("{} prints no version, which its plan would be named for; give the plan: --release to=PLAN={}", to.name,
                                   to.archive.filename().string()), Cause::version_unknown);
    if (!one_release && !to.printed_version.empty() && from.printed_version == to.printed_version)
      throw StepFailed(fmt::format("both {} and {} are {}", from.name, to.name, to.printed_version), Cause::same_version);
    // Of what a manifest names it is known from the start; a patch on the way is named.
    if (!one_release && !subject_.patch)
      if (const auto why = why_forbidden(from, to); !why.empty()) throw Error(Blame::scenario, why);
    return fmt::format("{} -> {}{}", from.printed_version, to.printed_version, unknown);
  });
  tell();
}

}  // namespace rehearse
