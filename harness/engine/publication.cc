#include "harness/engine/publication.h"

#include <fmt/format.h>

#include <fstream>

#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {
constexpr const char* kSums = "SHA256SUMS";
}

void publish(ReleaseServer& server, Release& release) {
  const auto name = release.archive.filename().string();
  if (!fs::is_regular_file(release.archive))
    throw Error(Blame::scenario, "release " + release.archive.string() + ": there is no such file");
  auto sums = release.archive.parent_path() / kSums;
  const bool published = release.remote || checksum_in(read_file(sums), name);
  if (release.remote || !published) {
    const auto sha256 = release.remote ? release.remote->sha256 : sha256_file(release.archive);
    sums = server.ca_file().parent_path() / "sums" / release.name / kSums;
    fs::create_directories(sums.parent_path());
    std::ofstream(sums) << sha256 << "  " << name << "\n";
  }
  server.publish(release.name, release.archive);
  server.publish(release.name, sums);
  release.url = server.url(release.name, name);
  release.published = published;
}

std::string how_published(const Release& r) { return r.published ? "as published" : "no SHA256SUMS lies beside it"; }

HttpRequest request_sums(const ReleaseServer& server, const Release& release) {
  HttpRequest sums{server.url(release.name, kSums)};
  sums.redirects = kMostRedirects;
  sums.ca_file = server.ca_file();
  return sums;
}

std::string published_checksum(const HttpResponse& sums, const ReleaseServer& server, const Release& release) {
  const auto url = server.url(release.name, kSums);
  if (sums.status != 200)
    throw Error(Blame::machine,
                sums.error.empty() ? fmt::format("{}: it answers {}", url, sums.status) : sums.error,
                Trouble::download_failed);
  const auto name = release.archive.filename().string();
  const auto found = checksum_in(sums.body, name);
  if (!found) throw Error(Blame::release, url + ": it does not name " + name, Trouble::checksum_mismatch);
  return *found;
}

Artifact fetch_published(Rehearsal& r, const ReleaseServer& server, const Release& release, const std::string& binary,
                         const fs::path& store) {
  auto sums = std::make_shared<std::optional<HttpResponse>>();
  r.http().send(request_sums(server, release), [sums](HttpResponse answer) { *sums = std::move(answer); });
  r.await_done("SHA256SUMS of " + release.name, [&] { return sums->has_value(); });
  const auto checksum = published_checksum(**sums, server, release);
  const auto file = r.folder() / "download" / release.archive.filename();
  r.download({{release.url, file, checksum, server.ca_file()}});
  auto artifact = open_artifact(file, binary, store, checksum);
  fs::remove_all(file.parent_path());
  return artifact;
}

record::Provenance provenance(const Release& r) {
  return {r.name,           r.version,
          r.plan,           r.archive.filename().string(),
          r.artifact.sha256, r.artifact.binary_sha256,
          r.printed_version};
}

}  // namespace rehearse
