// How a scenario chooses a release: by its name, or by what it is for, which carries over to another chain.
//
//   releases: {to: v2.0.0}                       as the profile's manifest, a path or a URL has it
//   releases: {to: {role: patch}}                the one that its manifest says is a patch
//   releases: {to: {fails: app-hash-divergence}} one that has to fail with that cause
//
// In one word, for options: `role:patch`, `fails:app-hash-divergence`.
#pragma once

#include <string>

#include "harness/record/cause.h"
#include "localnet/base/decode.h"

namespace rehearse {

// What a release of a manifest is for, beside those that a profile upgrades from and to.
enum class ReleaseRole {
  none,
  patch,   // the same state machine: installed on one node after the other
  hotfix,  // another state machine without a plan: installed by all at one height
};
const Ordered<ReleaseRole>& names(ReleaseRole);

struct ReleaseChoice {
  std::string name;  // or a path or URL
  ReleaseRole role = ReleaseRole::none;
  Cause fails = Cause::none;

  bool empty() const { return name.empty() && !by_purpose(); }
  bool by_purpose() const { return role != ReleaseRole::none || fails != Cause::none; }
};

// For what is written in one word (decode.h).
void take_word(ReleaseChoice&, const std::string&);
inline std::string word_of(const ReleaseChoice& c) { return c.name; }
ReleaseChoice release_choice(const std::string& word);
// "patch release", "release that fails with app-hash-divergence", or its name.
std::string to_string(const ReleaseChoice&);

template <class V>
void describe(V& v, ReleaseChoice& c) {
  v.optional("role", c.role, "what it is for: the manifest says which release that is");
  v.optional("fails", c.fails, "the cause that it has to fail with: the manifest says which release that is");
}

}  // namespace rehearse
