#include "harness/preflight.h"

#include <fmt/format.h>

#include <algorithm>

#include "localnet/log.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPreparation = "Chain Upgrades, Phase 1: Preparation";

// A node's data, its backup and its logs for the minutes of a rehearsal; binaries are links.
constexpr std::uintmax_t kRoomOfANode = 100'000'000;

void check_room(const fs::path& folder, std::size_t nodes) {
  const auto free = fs::space(folder).available, needed = nodes * kRoomOfANode;
  if (free < needed)
    throw Error(Blame::machine, fmt::format("{}: {} MB are free, {} nodes need {} MB; make room, or give --out another disk",
                                            folder.string(), free / 1'000'000, nodes, needed / 1'000'000));
}

record::Provenance provenance(const Release& r) {
  return {r.name,           r.version,
          r.plan,           r.archive.filename().string(),
          r.artifact.sha256, r.artifact.binary_sha256,
          r.printed_version};
}

}  // namespace

Preflight::Preflight(Rehearsal& r, fs::path store, std::map<std::string, std::string> environment)
    : r_(r),
      store_(std::move(store)),
      cli_(r.loop(), r.profile(), r.folder() / "commands" / "versions", std::move(environment)) {}

// What is known of the releases is recorded as it becomes known: a bad one ends the run here.
void Preflight::tell() {
  r_.record(record::ReleasesOpened{provenance(r_.from), provenance(r_.to), r_.from.module_versions, r_.to.module_versions,
                                   cosmovisor_.binary_sha256});
}

void Preflight::verify(const fs::path& cosmovisor) {
  tell();
  r_.step("checksum", "Download new binary and verify checksum", kPreparation, [&] {
    const auto& network = r_.scenario().network;
    check_room(r_.folder(), network.validators.size() + network.full_nodes.size());
    for (auto* release : {&r_.from, &r_.to})
      release->artifact = open_artifact(release->archive, r_.profile().chain.binary, store_);
    if (uses_cosmovisor(network))
      cosmovisor_ = open_artifact(cosmovisor, "cosmovisor", store_);
    return fmt::format("{}: sha256 {}{}", r_.to.name, r_.to.artifact.sha256.substr(0, 16),
                       r_.to.artifact.checksum_published ? ", as published" : "; no SHA256SUMS beside it");
  });
  tell();
}

void Preflight::ask_versions() {
  const std::vector<const Release*> releases = {&r_.from, &r_.to};
  printed_.resize(releases.size());
  for (std::size_t i = 0; i < releases.size(); ++i)
    cli_.run(
        releases[i]->artifact.binary, r_.profile().commands.at("version").run, Stream::out,
        [this, i](CliAnswer a) { printed_[i] = std::move(a); }, std::chrono::seconds(10));
}

void Preflight::check_versions() {
  auto &from = r_.from, &to = r_.to;
  r_.step("version", "Verify binary", kPreparation, [&] {
    r_.await_done("versions", [&] {
      return std::all_of(printed_.begin(), printed_.end(), [](const auto& a) { return a.has_value(); });
    });
    for (std::size_t i = 0; auto* release : {&from, &to}) {
      const auto& answer = *printed_[i++];
      if (!answer.trouble().empty()) throw StepFailed(release->name + ": " + answer.trouble(), "binary-does-not-run");
      release->printed_version = version_in(answer);
      if (release->printed_version.empty())
        throw StepFailed(release->name + ": `" + answer.command + "` prints nothing", "binary-does-not-run");
      if (!release->version.empty() && release->printed_version != release->version)
        throw StepFailed(fmt::format("{} holds {}, not {}", release->archive.filename().string(),
                                     release->printed_version, release->version),
                         "wrong-version-inside");
    }
    if (from.printed_version == to.printed_version)
      throw StepFailed(fmt::format("both {} and {} are {}", from.name, to.name, to.printed_version), "same-version");
    return fmt::format("{} -> {}", from.printed_version, to.printed_version);
  });
  tell();
}

}  // namespace rehearse
