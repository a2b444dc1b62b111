#include "harness/spec/defects.h"

#include <algorithm>

namespace rehearse {

namespace {

std::string known(const Profile& p) {
  std::string all;
  for (const auto& d : p.known_defects) all += (all.empty() ? "; there are " : ", ") + d.name;
  return all;
}

// `key`: keep or mask.
void choose(const Scenario& s, const char* key, const std::vector<std::string>& names, bool masked,
            Profile& p) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = std::find_if(p.known_defects.begin(), p.known_defects.end(),
                                    [&](const KnownDefect& d) { return d.name == names[i]; });
    if (found == p.known_defects.end())
      complain_at(s.file.string(), load_yaml(s.file)["defects"][key][i],
                  "the profile " + p.name + " knows no defect `" + names[i] + "`" + known(p));
    found->masked = masked;
  }
}

}  // namespace

std::vector<record::KnownDefect> mask_defects(const Scenario& s, Profile& p) {
  choose(s, "keep", s.defects.keep, false, p);
  choose(s, "mask", s.defects.mask, true, p);
  apply_masks(p);
  std::vector<record::KnownDefect> defects;
  for (const auto& d : p.known_defects) defects.push_back({d.name, d.symptom, d.masked});
  return defects;
}

}  // namespace rehearse
