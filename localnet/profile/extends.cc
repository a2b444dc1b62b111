#include "localnet/profile/extends.h"

#include <algorithm>
#include <vector>

#include "localnet/base/yaml_merge.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr const char* kExtends = "extends";
constexpr const char* kBase = "base";

bool says_base(const YAML::Node& root) { return root[kBase] && root[kBase].IsScalar() && root[kBase].Scalar() == "true"; }

// Where it is, links followed; as it is called where it is nowhere: a file that is open and has no name (/proc/self/fd/3).
fs::path place_of(const fs::path& file) {
  std::error_code nowhere;
  const auto place = fs::weakly_canonical(file, nowhere);
  return nowhere ? fs::absolute(file) : place;
}

class Reader {
 public:
  Reader(fs::path shipped, Source& source) : shipped_(std::move(shipped)), source_(source) {}

  YAML::Node read(const fs::path& file) {
    auto root = read_yaml(file, source_);
    chain_.push_back(place_of(file));
    const YAML::Node extends = root[kExtends];
    if (extends) root = merge_yaml(read(base_of(file, extends)), root, source_);
    root.remove(kExtends);
    root.remove(kBase);
    return root;
  }

 private:
  fs::path base_of(const fs::path& file, const YAML::Node& extends) const {
    if (!extends.IsScalar()) complain_at(source_, extends, "extends: expected the name of a profile, or a path");
    const auto& text = extends.Scalar();
    const bool path = text.find('/') != std::string::npos || text.ends_with(".yaml");
    const auto base = path ? file.parent_path() / text : shipped_ / (text + ".yaml");
    if (!fs::is_regular_file(base))
      complain_at(source_, extends, "extends: there is no profile `" + text + "`: " + base.string() + " is not there");
    if (std::find(chain_.begin(), chain_.end(), place_of(base)) != chain_.end())
      complain_at(source_, extends, "extends: " + base.string() + " extends itself by this");
    return base;
  }

  const fs::path shipped_;
  Source& source_;
  std::vector<fs::path> chain_;
};

}  // namespace

ProfileDocument read_profile_document(const fs::path& file, const fs::path& shipped) {
  if (const auto root = load_yaml(file); says_base(root))
    complain_at(file.string(), root[kBase],
                "this is a base that profiles extend, no chain of its own: write a profile with `extends: " +
                    file.stem().string() + "`");
  ProfileDocument d;
  d.root = Reader(shipped.empty() ? file.parent_path() : shipped, d.source).read(file);
  check_bounded(d.root);
  return d;
}

bool is_base_profile(const fs::path& file) { return says_base(load_yaml(file)); }

}  // namespace rehearse
