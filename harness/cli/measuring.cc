#include "harness/cli/measuring.h"

#include <unistd.h>

#include "harness/cli/repeating.h"
#include "harness/run/run_folder.h"
#include "harness/run/side_by_side.h"
#include "harness/view/journal.h"
#include "harness/view/series.h"
#include "localnet/base/text.h"
#include "localnet/process/proc.h"

namespace rehearse::cli {

namespace {

constexpr const char* kMeasures = "measures.json";
constexpr const char* kMeasuresLog = "measures.log";

int write_measures(const fs::path& folder) {
  const auto view = fold_all(read_journal(folder / kJournal));
  write_file(folder / kMeasures, record::to_json({measures_of(view), long_series_of(view)}).dump());
  return 0;
}

record::Measures read_apart(const fs::path& folder) {
  const Job job = {[&] { return write_measures(folder); }, folder / kMeasuresLog};
  int code = 1;
  const int signal = run_side_by_side({job}, 1, [&](std::size_t, int ended) { code = ended; });
  const auto all = code == 0 ? record::measures_from_json(nlohmann::json::parse(read_file(folder / kMeasures))) : record::Measures{};
  std::error_code none;
  for (const char* file : {kMeasures, kMeasuresLog}) fs::remove(folder / file, none);
  if (signal) throw StoppedByUser{signal};
  return all;
}

}  // namespace

record::Measures measures_with_soak(const fs::path& folder, const record::RunRecord& record) {
  using enum record::Quantity;
  auto all = fs::exists(folder / kJournal) ? read_apart(folder) : record::Measures{};
  if (record.timing.harness_peak_mb > 0) all.of_run.push_back({record::Subject::harness, memory, record.timing.harness_peak_mb});
  if (const auto own = sample(getpid())) {
    all.of_run.push_back({record::Subject::soak, memory, static_cast<double>(own->rss_bytes) / 1e6});
    all.of_run.push_back({record::Subject::soak, open_files, static_cast<double>(own->open_files)});
  }
  return all;
}

}  // namespace rehearse::cli
