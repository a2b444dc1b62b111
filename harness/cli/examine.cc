// rehearse doctor --binary B: one scratch node of the chain, and every question of its profile.
#include <fmt/format.h>

#include <iostream>

#include "harness/cli/claimed_folder.h"
#include "harness/cli/commands.h"
#include "localnet/artifact/artifact.h"
#include "localnet/discovery/scratch_network.h"

namespace rehearse::cli {

namespace {

std::string shown(const nlohmann::json& value) {
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

}  // namespace

int examine(const Project& project, const std::string& profile_name, const std::string& binary) {
  auto profile = load_profile(project.profile(profile_name), project.profiles());
  apply_masks(profile);
  const auto artifact = open_artifact(fs::absolute(binary), profile.chain.binary, project.store());
  const ClaimedFolder scratch(project);
  Loop loop;
  const auto http = make_http(loop);
  ScratchNetwork network(loop, *http, profile, artifact.binary, scratch.path() / "network", project.built_models());
  network.make_blocks(2);
  int silent = 0;
  const auto all = network.ask_all();
  for (const auto& [name, answer] : all) {
    silent += !answer.answered;
    std::cout << fmt::format("  {:<8} {:<18} {:<5} {}\n", answer.answered ? "ok" : "NONE", name, answer.source,
                             !answer.answered ? answer.error
                             : answer.absent  ? "(there is none)"
                                              : shown(answer.value));
  }
  std::cout << fmt::format("{} of {} questions answered\n", all.size() - silent, all.size());
  return silent ? 1 : 0;
}

}  // namespace rehearse::cli
