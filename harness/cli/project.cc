#include "harness/cli/project.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "localnet/error.h"

namespace rehearse::cli {

Project Project::find() {
  const auto program = fs::read_symlink("/proc/self/exe");
  for (auto folder = program.parent_path(); folder != folder.root_path(); folder = folder.parent_path())
    if (fs::is_directory(folder / "fixtures" / "profiles")) return Project(folder);
  throw Error(Blame::machine, program.string() + ": is not inside a checkout of rehearse; run ./rehearse there");
}

fs::path Project::named(const std::string& text, const fs::path& folder, const char* what) {
  if (fs::is_regular_file(text)) return text;
  if (const auto file = folder / (text + ".yaml"); fs::is_regular_file(file)) return file;
  throw Error(Blame::scenario, fmt::format("there is no {} `{}`; give a file, or one of {}", what, text,
                                           fmt::join(yaml_names(folder), ", ")));
}

std::vector<std::string> yaml_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace rehearse::cli
