#include "harness/spec/release_choice.h"

#include <string_view>

namespace rehearse {

const Ordered<ReleaseRole>& names(ReleaseRole) {
  static const Ordered<ReleaseRole> all = {{"patch", ReleaseRole::patch}, {"hotfix", ReleaseRole::hotfix}};
  return all;
}

void take_word(ReleaseChoice& c, const std::string& word) {
  constexpr std::string_view kRole = "role:", kFails = "fails:";
  c = {};
  if (word.starts_with(kFails)) {
    if (const auto cause = find_named<Cause>(word.substr(kFails.size()))) {
      c.fails = *cause;
      return;
    }
  }
  if (word.starts_with(kRole))
    for (const auto& [name, role] : names(ReleaseRole{}))
      if (word.substr(kRole.size()) == name) {
        c.role = role;
        return;
      }
  c.name = word;
}

ReleaseChoice release_choice(const std::string& word) {
  ReleaseChoice c;
  take_word(c, word);
  return c;
}

std::string to_string(const ReleaseChoice& c) {
  if (c.fails != Cause::none) return "release that fails with " + name_of(c.fails);
  return c.role == ReleaseRole::none ? c.name : name_of(c.role) + " release";
}

}  // namespace rehearse
