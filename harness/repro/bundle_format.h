// What a bundle's manifest looks like, for who writes it and who reads it.
#pragma once

#include "harness/repro/bundle.h"

namespace rehearse {

// 2: the nodes that show the failure.
inline constexpr int kBundleSchema = 2, kOldestBundleSchema = 1;
inline constexpr const char* kBundleManifest = "manifest.json";

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BundledFile, sha256, bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LeftOut, path, bytes, why)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BundleManifest, schema, harness_version, architecture, machine, scenario, profile, seed, failure,
                                   releases, cosmovisor_sha256, files, left_out, seal)

// Of what stands in the file, so that one of an older harness, with fewer facts, is whole, too.
std::string seal_of(record::Json manifest);

}  // namespace rehearse
