#include "harness/cli/project.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "localnet/base/error.h"

namespace rehearse::cli {

Project Project::find() {
  const auto program = fs::read_symlink("/proc/self/exe");
  for (auto folder = program.parent_path(); folder != folder.root_path(); folder = folder.parent_path())
    if (fs::is_directory(folder / "fixtures" / "profiles")) return Project(folder);
  throw Error(Blame::machine, program.string() + ": is not inside a checkout of rehearse; run ./rehearse there");
}

fs::path Project::keras() const {
  if (const char* own = std::getenv("REHEARSE_KERAS"); own && *own) return own;
  const auto made = root_ / ".cache" / "keras" / "bin" / "python";
  return fs::exists(made) ? made : fs::path();
}

fs::path Project::named(const std::string& text, const fs::path& folder, const char* what) {
  if (fs::is_regular_file(text)) return text;
  for (const char* ending : {".yaml", ".suite.yaml"})
    if (const auto file = folder / (text + ending); fs::is_regular_file(file)) return file;
  std::vector<std::string> names;
  for (const auto& file : yaml_files(folder)) names.push_back(file.stem().string());
  throw Error(Blame::scenario,
              fmt::format("there is no {} `{}`; give a file, or one of {}", what, text, fmt::join(names, ", ")));
}

std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace rehearse::cli
