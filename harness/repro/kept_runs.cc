#include "harness/repro/kept_runs.h"

#include <algorithm>

#include "harness/repro/bundle.h"
#include "harness/run/run_folder.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

std::uintmax_t size_of(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, none))
    if (entry.is_regular_file(none) && !entry.is_symlink()) bytes += entry.file_size(none);
  return bytes;
}

struct KeptRun {
  fs::path folder;
  fs::file_time_type ended;
  std::uintmax_t bytes;
};

std::vector<fs::path> runs_in(const fs::path& results) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(results))
    if (entry.is_directory() && fs::exists(entry.path().string() + ".yaml")) all.push_back(entry.path());
  return all;
}

std::vector<KeptRun> oldest_first(const fs::path& results, const std::set<fs::path>& in_use) {
  std::vector<KeptRun> all;
  for (const auto& folder : runs_in(results))
    if (!in_use.contains(folder)) all.push_back({folder, fs::last_write_time(folder), size_of(folder)});
  std::ranges::sort(all, {}, &KeptRun::ended);
  return all;
}

void remove_all_but_bundle(const fs::path& folder) {
  std::vector<fs::path> others;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename() != kBundle) others.push_back(entry.path());
  for (const auto& path : others) fs::remove_all(path);
}

bool came_to_no_end(const fs::path& folder) {
  if (!fs::exists(folder / kJournal) || fs::exists(folder / kBundle)) return false;
  const auto record = record::Json::parse(read_file(folder / "run.json"), nullptr, false);
  return !record.is_object() || record.value("verdict", "") == "cancelled";
}

}  // namespace

void remove_run(const fs::path& folder) { fs::remove_all(folder), fs::remove(folder.string() + ".yaml"), fs::remove(folder.string() + ".log"); }

std::vector<fs::path> remove_unfinished(const fs::path& results) {
  auto all = runs_in(results);
  std::erase_if(all, [](const fs::path& folder) { return !came_to_no_end(folder); });
  for (const auto& folder : all) remove_run(folder);
  return all;
}

std::vector<fs::path> keep_within(const fs::path& results, std::uintmax_t bytes, const std::set<fs::path>& in_use) {
  auto kept = oldest_first(results, in_use);
  std::uintmax_t sum = 0;
  for (const auto& run : kept) sum += run.bytes;
  if (!kept.empty()) kept.pop_back();  // the newest stays
  for (auto& run : kept) {
    if (sum <= bytes) break;
    const auto written = fs::last_write_time(run.folder);
    remove_all_but_bundle(run.folder);
    fs::last_write_time(run.folder, written);  // it is as old as it was
    const auto left = size_of(run.folder);
    sum -= run.bytes - left, run.bytes = left;
  }
  std::vector<fs::path> gone;
  for (const auto& run : kept) {
    if (sum <= bytes) break;
    remove_run(run.folder);
    sum -= run.bytes;
    gone.push_back(run.folder);
  }
  return gone;
}

}  // namespace rehearse
