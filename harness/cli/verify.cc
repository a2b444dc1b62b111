// run --verify: how often a failure comes again, right after it.
#include <fmt/format.h>

#include <chrono>
#include <iostream>

#include "harness/cli/repeating.h"
#include "harness/repro/releases.h"
#include "harness/repro/tally.h"

namespace rehearse::cli {

record::Reproduced verify(const RunOptions& failed, const record::RunRecord& record, const Leaves& leaves) {
  const auto all = failed.folder / "verify", folder = all / kRecipe;
  const auto bundle = bundle_of_run(failed.folder, folder);
  place_releases(bundle.manifest.releases, folder, {failed.built, {}, {}});
  auto o = repeat_options(read_recipe(folder), folder, failed);
  o.keep = Keep::never, o.checkpoints.clear(), o.begin_from.clear();
  std::vector<record::RunRecord> again;
  const auto begun = std::chrono::steady_clock::now();
  try {
    for (int i = 1; i <= leaves.verify && std::chrono::steady_clock::now() - begun <= leaves.verify_for; ++i) {
      o.folder = all / fmt::format("again-{}", i);
      again.push_back(try_apart(o, {leaves.dialect, std::nullopt}));
    }
  } catch (const StoppedByUser&) {  // who has had enough
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);  // links to its releases
  const auto first = record::failure_of(record);
  const auto t = tally(first, again);
  std::cout << "again: " << in_words(t, first) << std::flush;
  return {t.tried, t.same, t.passed};
}

}  // namespace rehearse::cli
