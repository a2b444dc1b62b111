// A release on the run's release server: published as whoever made it would, with SHA256SUMS beside it, and fetched as
// operators do.
#pragma once

#include <filesystem>
#include <string>

#include "harness/engine/rehearsal.h"
#include "harness/spec/releases.h"
#include "localnet/http/download.h"
#include "localnet/http/http.h"
#include "localnet/http/release_server.h"

namespace rehearse {

// Publishes the release's archive, and sets its URL. Without SHA256SUMS of its own the archive as it is counts.
void publish(ReleaseServer&, Release&);
// Of what was published, in words: "as published".
std::string how_published(const Release&);

// The request for the SHA256SUMS of a release that is published there, and what its answer says of the archive. Throws
// Error with the cause download-failed or checksum-mismatch.
HttpRequest request_sums(const ReleaseServer&, const Release&);
std::string published_checksum(const HttpResponse& sums, const ReleaseServer&, const Release&);

// Downloads the published archive, verifies its checksum and puts its `binary` into the store; waits until that is done.
// Throws Error with the cause.
Artifact fetch_published(Rehearsal&, const ReleaseServer&, const Release&, const std::string& binary,
                         const std::filesystem::path& store);

record::Provenance provenance(const Release&);

}  // namespace rehearse
