#include "harness/cli/project.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "localnet/base/error.h"
#include "localnet/profile/extends.h"

namespace rehearse::cli {

Project Project::find() {
  const auto program = fs::read_symlink("/proc/self/exe");
  for (auto folder = program.parent_path(); folder != folder.root_path(); folder = folder.parent_path())
    if (fs::is_directory(folder / "fixtures" / "profiles")) return Project(folder);
  throw Error(Blame::machine, program.string() + ": is not inside a checkout of rehearse; run ./rehearse there");
}

void Project::build_release(const fs::path& manifest, const std::string& release) const {
  std::string words[] = {(root_ / "rehearse").string(), "releases", fs::absolute(manifest).string(), release};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  pid_t pid = 0;
  int status = 0;
  if (::posix_spawn(&pid, words[0].c_str(), nullptr, nullptr, arguments, environ) != 0 || ::waitpid(pid, &status, 0) != pid || status != 0)
    throw Error(Blame::machine, fmt::format("{} of {} cannot be built, see .cache/fixtures.log", release, manifest.string()));
}

fs::path Project::keras() const {
  if (const char* own = std::getenv("REHEARSE_KERAS"); own && *own) return own;
  const auto made = root_ / ".cache" / "keras" / "bin" / "python";
  return fs::exists(made) ? made : fs::path();
}

fs::path Project::profile(const Suite& suite, const SuiteEntry& entry) const {
  const auto& named = profile_of(suite, entry);
  if (named.value.empty()) return profile(kUsualProfile);
  try {
    return profile(named.value);
  } catch (const Error& e) {
    throw Error(e.blame, named.where + ": " + e.what());
  }
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
