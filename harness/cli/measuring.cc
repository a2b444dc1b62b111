#include "harness/cli/measuring.h"

#include <unistd.h>

#include "harness/run/run_folder.h"
#include "harness/view/journal.h"
#include "harness/view/series.h"
#include "localnet/base/log.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/process/proc.h"

namespace rehearse::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMeasures = "measures.json";

record::Measures written_measures(const fs::path& folder) try {
  return fs::exists(folder / kMeasures) ? record::measures_from_json(nlohmann::json::parse(read_file(folder / kMeasures))) : record::Measures{};
} catch (const std::exception& e) {  // it was killed while it wrote them
  log_warning(folder.string() + ": its measures cannot be read: " + e.what());
  return {};
}

}  // namespace

void write_measures(const fs::path& folder) try {
  if (!fs::exists(folder / kJournal)) return;
  const auto view = fold_all(read_journal(folder / kJournal));
  write_file(folder / kMeasures, record::to_json({measures_of(view), long_series_of(view)}).dump());
} catch (const std::exception& e) {  // no matter of the verdict
  log_warning(folder.string() + ": not measured: " + e.what());
}

record::Measures measures_with_soak(const fs::path& folder, const record::RunRecord& record) {
  using enum record::Quantity;
  auto all = written_measures(folder);
  if (record.timing.harness_peak_mb > 0) all.of_run.push_back({record::Subject::harness, memory, record.timing.harness_peak_mb});
  if (const auto own = sample(getpid())) {
    all.of_run.push_back({record::Subject::soak, memory, static_cast<double>(own->rss_bytes) / 1e6});
    all.of_run.push_back({record::Subject::soak, open_files, static_cast<double>(own->open_files)});
  }
  return all;
}

}  // namespace rehearse::cli
