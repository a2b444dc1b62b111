// rehearse verify: the runbook's checklists on a network that somebody else runs.
#include "harness/run/verify_network.h"

#include <iostream>

#include "harness/cli/commands.h"
#include "harness/cli/console_progress.h"
#include "harness/cli/running.h"
#include "reports/render.h"

namespace rehearse::cli {

int verify(const Project& project, const std::string& network, const RunFlags& flags, const std::string& command) {
  const auto run = options_of(project, flags, command);
  const VerifyOptions o{read_standing_network(network), run.profile, run.profiles, run.folder, run.command, run.harness_version, run.invoked};
  ConsoleProgress progress(o.invoked);
  const auto result = verify_network(o, progress);
  reports::write_all(result.record, o.folder, leaves_of(flags).dialect, explanation_of(result.record, o.folder, run.results));
  std::cout << reports::summary(result.record, shown_folder(project, flags, run).string(), shows_color()) << std::flush;
  if (chose_no_folder(flags)) link_latest(o.folder);
  return result.exit_code;
}

}  // namespace rehearse::cli
