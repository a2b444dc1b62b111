#include "harness/suite.h"

#include <set>

#include "harness/scenario.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kEnding = ".suite.yaml";
}

bool is_suite(const fs::path& file) { return file.filename().string().ends_with(kEnding); }

std::vector<fs::path> scenario_files(const Suite& suite, const fs::path& file) {
  std::vector<fs::path> files;
  for (const auto& name : suite.scenarios) files.push_back(file.parent_path() / (name + ".yaml"));
  return files;
}

Suite load_suite(const fs::path& file) {
  const auto root = load_yaml(file);
  auto suite = decode<Suite>(root, file.string());
  suite.name = file.filename().string();
  suite.name.resize(suite.name.size() - kEnding.size());
  std::set<std::string> names;  // each has a folder of its own, called like it
  const auto files = scenario_files(suite, file);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto mark = root["scenarios"][i].Mark();
    const auto where = file.string() + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": ";
    if (!fs::is_regular_file(files[i])) throw Error(Blame::scenario, where + "there is no " + files[i].string());
    if (!names.insert(files[i].stem().string()).second)
      throw Error(Blame::scenario, where + "two scenarios are called " + files[i].stem().string());
    load_scenario(files[i]);
  }
  if (files.empty()) throw Error(Blame::scenario, file.string() + ": scenarios: nothing would be run");
  return suite;
}

}  // namespace rehearse
