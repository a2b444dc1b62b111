// rehearse list and rehearse validate: what there is, and whether it is well formed.
#include <fmt/format.h>

#include <iostream>
#include <optional>

#include "harness/judge/checks/checklist.h"
#include "harness/cli/commands.h"
#include "harness/record/cause.h"
#include "harness/faults/fault.h"
#include "harness/procedures/procedure.h"
#include "harness/spec/release_path.h"
#include "harness/spec/runbook.h"
#include "harness/spec/scenario.h"
#include "harness/spec/suite.h"
#include "localnet/profile/extends.h"
#include "localnet/profile/profile.h"
#include "harness/run/fitness.h"
#include "harness/run/scenario_rules.h"
#include "localnet/base/yaml_merge.h"

namespace rehearse::cli {

namespace {

void line(const std::string& name, const std::string& text) { std::cout << fmt::format("  {:<26} {}\n", name, text); }

// With which profile it is to be run; none is given: whether it can be is not said.
using ForProfile = std::optional<Profile>;

ForProfile chosen(const Project& project, const std::string& name) {
  return name.empty() ? ForProfile() : load_profile(project.profile(name), project.profiles());
}

std::string skipped_for(const Scenario& s, const ForProfile& profile) {
  const auto why = profile ? why_unfit(s, *profile) : "";
  return why.empty() ? "" : "skipped: " + why;
}

void check_path(const Scenario& s, const Profile& profile) {
  if (const auto why = why_forbidden(path_of(s, profile)); !why.empty()) throw Error(Blame::scenario, why);
}

bool is_profile(const YAML::Node& root) { return root["chain"] || root["extends"] || root["base"]; }

// What is to be said beyond that it is well formed.
std::vector<std::string> validate_one(const Project& project, const fs::path& file, const ForProfile& for_profile) {
  if (is_suite(file)) {
    const auto suite = load_suite(file);
    const auto scenarios = scenario_files(suite, file);
    std::vector<std::string> said;
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
      const auto s = load_scenario(scenarios[i]);
      const auto profile = for_profile ? for_profile : load_profile(project.profile(suite, suite.scenarios[i]), project.profiles());
      const auto skipped = skipped_for(s, profile);
      if (!skipped.empty()) said.push_back(s.name + " is " + skipped);
      else check_path(s, *profile);
    }
    return said;
  }
  const auto root = load_yaml(file);
  if (is_profile(root)) {
    if (is_base_profile(file)) {
      check_base_profile(file);
      return {};
    }
    const auto profile = load_profile(file, project.profiles());
    check_path(Scenario(), profile);
    if (profile.provider) release_names(file.parent_path() / profile.provider->releases);
    return {};
  }
  const auto s = load_scenario(file);
  const auto skipped = skipped_for(s, for_profile);
  if (!skipped.empty()) return {skipped};
  if (for_profile) check_path(s, *for_profile);
  return {};
}

}  // namespace

int list(const Project& project, const std::string& profile_name) {
  const auto for_profile = chosen(project, profile_name);
  std::cout << "scenarios\n";
  for (const auto& file : yaml_files(project.scenarios())) {
    if (is_suite(file)) continue;
    const auto scenario = load_scenario(file);
    line(scenario.name, scenario.title);
    if (const auto skipped = skipped_for(scenario, for_profile); !skipped.empty()) line("", skipped);
  }
  std::cout << "suites\n";
  for (const auto& file : yaml_files(project.scenarios()))
    if (is_suite(file)) line(file.filename().string(), load_suite(file).title);
  std::cout << "profiles\n";
  for (const auto& file : yaml_files(project.profiles())) {
    if (is_base_profile(file)) continue;
    const auto profile = load_profile(file, project.profiles());
    line(profile.name, profile.title);
    const auto releases = [&](const std::string& of, const std::string& manifest) {
      std::cout << "releases of " << of << "\n";
      for (const auto& release : release_names(profile.file.parent_path() / manifest)) line(release, "");
    };
    if (!profile.releases.empty()) releases(profile.name, profile.releases);
    if (profile.provider) releases(profile.name + "'s provider daemon", profile.provider->releases);
  }
  std::cout << "procedures\n";
  for (const auto& p : procedures()) line(p.name, p.runbook);
  std::cout << "checklists\n";
  for (const auto& l : checklists()) {
    line(l.name, l.title);
    for (const auto& c : l.checks) std::cout << "    - " << c.title << "\n";
  }
  std::cout << "not rehearsed\n";
  for (const auto& e : load_runbook(project.runbook()).entries)
    if (!e.needs.empty()) line(e.section, "skipped: needs " + e.needs);
  std::cout << "values of a genesis patch\n";
  for (const auto& v : known_genesis_values()) line("{" + std::string(v.name) + "}", v.doc);
  line("{module:NAME}", "the address of that module's account");
  std::cout << "faults\n";
  for (const auto& k : fault_kinds()) {
    line(k.name, k.what);
    for (const auto& o : k.options) std::cout << fmt::format("    {}: {} ({})\n", o.name, o.doc, o.value);
  }
  std::cout << "causes\n";
  return list_causes(false);
}

int list_causes(bool markdown) {
  if (markdown) std::cout << causes_document();
  else for (const auto& c : causes()) line(c.name, c.meaning);
  return 0;
}

int profile_show(const Project& project, const std::string& name) {
  const auto file = project.profile(name);
  const auto document = read_profile_document(file, project.profiles());
  std::cout << write_yaml(document.root, &document.source);
  return 0;
}

int runbook(const Project& project) {
  std::cout << "# The runbook, and what stands for it\n\n"
               "Made by `./rehearse runbook` of harness/spec/runbook.yaml. On the right are the titles of steps and checklist items, or\n"
               "their beginnings; \"the item\" is the checklist item of that title. The default suite has to show each of them.\n\n"
            << runbook_table(load_runbook(project.runbook()));
  return 0;
}

int validate(const Project& project, const std::vector<std::string>& files, const std::string& profile_name) {
  const auto for_profile = chosen(project, profile_name);
  std::vector<fs::path> all;
  for (const auto& file : files) all.push_back(fs::exists(file) || file.ends_with(".yaml") ? fs::path(file) : project.scenario(file));
  if (all.empty()) {
    for (const auto& folder : {project.scenarios(), project.scenarios() / "twins", project.scenarios() / "chaos", project.scenarios() / "field", project.scenarios() / "gate", project.profiles()})
      for (const auto& file : yaml_files(folder)) all.push_back(file);
  }
  int worst = 0;
  for (const auto& file : all) {
    try {
      const auto said = validate_one(project, file, for_profile);
      std::cout << file.string() << ": ok\n";
      for (const auto& text : said) std::cout << "  " << text << "\n";
    } catch (const Error& e) {
      worst = std::max(worst, complain(e));
    }
  }
  return worst;
}

}  // namespace rehearse::cli
