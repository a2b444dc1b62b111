// What a profile has to fulfil beyond the types of its fields; each complaint at the line it is about.
#pragma once

#include <yaml-cpp/yaml.h>

#include "localnet/profile/profile.h"

namespace rehearse {

// `root` is what `p` was decoded from, `source` where its values stand. Throws Error(Blame::scenario) with file:line:column.
void check_profile(const Profile& p, const YAML::Node& root, const Source& source);

}  // namespace rehearse
