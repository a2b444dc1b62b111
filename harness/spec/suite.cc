#include "harness/spec/suite.h"

#include <set>

namespace rehearse {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kEnding = ".suite.yaml";
}

bool is_suite(const fs::path& file) { return file.filename().string().ends_with(kEnding); }

std::vector<fs::path> scenario_files(const Suite& suite, const fs::path& file) {
  std::vector<fs::path> files;
  for (const auto& entry : suite.scenarios) files.push_back(file.parent_path() / (entry.scenario + ".yaml"));
  return files;
}

const Located<std::string>& profile_of(const Suite& suite, const SuiteEntry& entry) {
  return entry.profile.value.empty() ? suite.profile : entry.profile;
}

Suite read_suite(const fs::path& file) {
  const auto root = load_yaml(file);
  auto suite = decode<Suite>(root, file.string());
  suite.name = file.filename().string();
  suite.name.resize(suite.name.size() - kEnding.size());
  std::set<std::string> names;  // each has a folder of its own, called like it
  const auto files = scenario_files(suite, file);
  const auto scenarios = root["scenarios"];
  if (files.empty()) complain_at(file.string(), scenarios, "scenarios: nothing would be run");
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!fs::is_regular_file(files[i]))
      complain_at(file.string(), scenarios[i], "there is no " + files[i].string());
    if (!names.insert(files[i].stem().string()).second)
      complain_at(file.string(), scenarios[i], "two scenarios are called " + files[i].stem().string());
  }
  return suite;
}

}  // namespace rehearse
