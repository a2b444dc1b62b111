// rehearse repro: a failure once more, from its bundle or its run's folder.
#include <fmt/format.h>

#include <iostream>

#include "harness/cli/repeating.h"
#include "harness/repro/tally.h"
#include "harness/run/run_folder.h"
#include "localnet/base/statistics.h"
#include "localnet/base/text.h"
#include "reports/files.h"

namespace rehearse::cli {

using record::Json;

namespace {

Json to_json(const Tally& t) {
  const auto rate = confidence(t.same, t.tried);
  return {{"tried", t.tried}, {"same", t.same},   {"alike", t.alike}, {"others", t.others}, {"passed", t.passed}, {"not_told", t.not_told},
          {"rate_low", rate.low}, {"rate_high", rate.high}};
}

}  // namespace

int repro(const Project& project, const std::string& target, const RunFlags& flags, const std::string& command) {
  const auto leaves = leaves_of(flags);
  const Failed failed(project, target);
  failed.throw_if_passed();
  const auto o = failed.options(project, flags, command);
  check_unused(o.folder);
  failed.check(o);
  const auto shown = shown_folder(project, flags, o);
  const auto& first = failed.failure();
  std::cout << failed.headline() << ": " << printable(first.evidence) << "\n" << std::flush;
  std::vector<record::RunRecord> again;
  int code = 0;
  try {
    if (flags.repeat == 1) {
      const auto result = run_once(o, leaves, shown);
      code = result.exit_code;
      again.push_back(result.record);
    } else {
      code = run_repeated(o, flags.repeat, leaves, shown);
      for (const auto& run : repeated(o, flags.repeat))
        if (fs::exists(run.folder / "run.json")) again.push_back(record_of(run));
    }
  } catch (const Error& e) {
    throw Error(Blame::machine, std::string("the bundle is sound, and its run cannot be tried here: ") + e.what());
  }
  if (chose_no_folder(flags)) link_latest(o.folder);
  const auto t = tally(first, again);
  reports::write_atomically(o.folder / "repro.json", Json{{"of", first}, {"tally", to_json(t)}}.dump(2) + "\n");
  std::cout << "\n" << in_words(t, first) << std::flush;
  if (code > 128) return code;
  return t.same ? 0 : t.not_told == t.tried ? 3 : 1;
}

}  // namespace rehearse::cli
