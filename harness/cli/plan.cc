// rehearse plan: what a seed stands for, before anything runs.
#include <fmt/format.h>

#include <iostream>

#include "harness/cli/commands.h"
#include "harness/plans/plan.h"
#include "harness/plans/weights.h"
#include "localnet/base/text.h"

namespace rehearse::cli {

int plan(const Project& project, const PlanFlags& flags) {
  const auto profile = load_profile(project.profile(flags.profile), project.profiles());
  const auto weights = limited(read_weights(flags.weights.empty() ? project.weights() : fs::absolute(flags.weights)), flags.most_steps);
  const auto s = Planner(profile, weights, {flags.releases}).draw({flags.seed});
  const auto yaml = as_yaml(s);
  if (!flags.out.empty()) write_file(fs::absolute(flags.out), yaml);
  if (flags.format == "yaml") {
    std::cout << yaml;
    return 0;
  }
  std::cout << s.title << "\n";
  int number = 0;
  for (const auto& line : in_words(s, profile)) std::cout << fmt::format("{:3}  {}\n", ++number, line);
  if (!flags.out.empty()) std::cout << fmt::format("./rehearse run {} --profile {} --seed {}\n", flags.out, flags.profile, flags.seed);
  return 0;
}

}  // namespace rehearse::cli
