#include "harness/run/origin.h"

#include <fmt/format.h>

#include "harness/run/network_of.h"
#include "harness/run/shared_past.h"
#include "localnet/base/sha256.h"

namespace rehearse {

namespace fs = std::filesystem;

bool is_replayed(const Origin& o) { return o.checkpoint && o.checkpoint->facts.ended(); }

Origin origin_of(const Inputs& in, const RunOptions& o) {
  CheckpointFacts wanted;
  wanted.harness_version = o.harness_version, wanted.profile_digest = sha256_hex(in.profile.text);
  if (!o.begin_from.empty()) {
    auto checkpoint = open_checkpoint(o.begin_from, wanted);
    const bool ended = checkpoint.facts.ended(), has_more = checkpoint.facts.phase > Phase::prepare || in.provider || acts_on_links(in);
    if (const auto why = ended ? why_not_replayed(in) : why_not_forked(in); has_more && !why.empty())
      throw Error(Blame::scenario, fmt::format("{} cannot be {}: {}", in.scenario.name, ended ? "replayed" : "forked", why));
    return {std::move(checkpoint), {}, "", ""};
  }
  if (o.checkpoints.empty()) return {};
  Origin origin;
  wanted.past = origin.past = shared_past(in, o).key;
  if (origin.past.empty()) return origin;
  origin.leaves = o.checkpoints / origin.past;
  if (!fs::exists(origin.leaves)) return origin;
  try {
    origin.checkpoint = open_checkpoint(origin.leaves, wanted);
  } catch (const Error& e) {
    origin.note = std::string(e.what()) + "; it is made anew";
    fs::remove_all(origin.leaves);
  }
  return origin;
}

}  // namespace rehearse
