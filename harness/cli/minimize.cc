// rehearse minimize: what of a failing scenario matters.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "harness/cli/repeating.h"
#include "harness/faults/plan.h"
#include "harness/repro/minimize.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/run_folder.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"

namespace rehearse::cli {

namespace {

// Of the run, those that are not in its scenario; `releases`: those that replace its own.
std::string flags_that_matter(const Failed& failed, const std::vector<std::string>& releases) {
  auto text = " --profile " + failed.manifest().profile;
  const auto& options = failed.recipe().options;
  for (const auto& [name, option] : kReleaseFlags) {
    const std::string role = name;
    const auto other = std::ranges::find_if(releases, [&](const auto& r) { return r.starts_with(role + "="); });
    const auto given = other == releases.end() ? options.value(role, "") : other->substr(role.size() + 1);
    if (!given.empty()) text += fmt::format(" --release {}={}", role, given);
  }
  if (const auto seed = options.value("seed", std::uint64_t{1}); seed != 1) text += fmt::format(" --seed {}", seed);
  for (const auto& pair : options.value("genesis", record::Json::array())) text += fmt::format(" --genesis-set '{}={}'", text_of(pair.at(0)), pair.at(1).dump());
  return text;
}

// What the releases are that replace the run's: a file may be another the next time.
std::string replacements(const std::vector<std::string>& releases) {
  std::string all;
  for (const auto& given : releases) {
    const fs::path file = given.substr(given.rfind('=') + 1);
    all += given + (fs::is_regular_file(file) ? sha256_file(file) : "");
  }
  return all;
}

// `matter`: flags_that_matter().
RunTrial trials_of(const RunOptions& repeated, const std::string& matter, const Leaves& leaves) {
  return [o = repeated, matter, leaves](const fs::path& scenario) {
    auto one = o;
    one.scenario = scenario;
    one.folder = scenario.parent_path() / scenario.stem();
    one.command = fmt::format("./rehearse run {}{}", scenario.string(), matter);
    return try_apart(one, leaves);
  };
}

}  // namespace

int minimize(const Project& project, const std::string& target, const RunFlags& flags, int tries, const std::string& lasts, const std::string& command) {
  const MinimizeLimits limits{tries, duration_of("--for", lasts)};
  const Leaves leaves{leaves_of(flags).dialect, std::nullopt};
  const Failed failed(project, target);
  failed.throw_if_passed();
  auto o = failed.options(project, flags, command);
  const auto about = record::Json(failed.recipe()).dump() + record::Json(failed.manifest().releases).dump() + replacements(flags.releases);
  if (chose_no_folder(flags)) o.folder = project.results() / ("minimize-" + sha256_hex(about).substr(0, 12));  // where the same command goes on
  if (!is_search(o.folder)) check_unused(o.folder);
  failed.check(o);
  const auto matter = flags_that_matter(failed, flags.releases);
  const Reducible reducible(o.scenario, o.schedule.empty() ? std::vector<Injection>() : read_schedule(o.schedule), o.validators);
  o.keep = Keep::never, o.validators.reset(), o.schedule.clear();
  fs::create_directories(o.folder);
  const SuiteCheckpoints checkpoints(o.folder / kCheckpoints);
  o.checkpoints = o.folder / kCheckpoints;
  std::cout << fmt::format("{}; {} faults, {} parts, {} validators\n", failed.headline(), reducible.faults().size(), reducible.parts().size(), reducible.validators())
            << std::flush;
  try {
    const auto found = rehearse::minimize(reducible, failed.failure(), about, o.folder, limits, trials_of(o, matter, leaves));
    const auto scenario = o.folder / failed.recipe().scenario;
    write_file(scenario, found.text);
    write_file(o.folder / "minimize.md", minimize_md(found, failed.failure()));
    const auto shown = chose_no_folder(flags) ? o.folder.lexically_relative(project.root()) : fs::path(flags.out);
    std::cout << fmt::format("\n{}\n{} trials; {}", found.text, found.trials.size(),
                             found.whole ? in_words(found.again, failed.failure()) : std::string("ended by its limit: the same command goes on\n"))
              << fmt::format("what was taken out, and each trial: {}\n./rehearse run {}{}\n", (shown / "minimize.md").string(),
                             (shown / scenario.filename()).string(), matter);
    return found.whole && found.again.same == 0 ? 1 : 0;
  } catch (const StoppedByUser& s) {
    return 128 + s.signal;
  }
}

}  // namespace rehearse::cli
