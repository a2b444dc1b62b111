#include "harness/run/run_folder.h"

#include "localnet/base/error.h"
#include "localnet/base/log.h"

namespace rehearse {

namespace fs = std::filesystem;

void check_unused(const fs::path& folder) {
  std::error_code error;
  const auto there = fs::status(folder, error);
  if (!fs::status_known(there)) throw Error(Blame::scenario, folder.string() + ": " + error.message() + "; give --out another folder");
  if (fs::exists(there) && (!fs::is_directory(there) || !fs::is_empty(folder)))
    throw Error(Blame::scenario, folder.string() + ": exists and is not empty; give --out another folder");
}

void make_run_folder(const fs::path& folder) {
  check_unused(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(Blame::machine, folder.string() + ": cannot be made: " + error.message());
}

void remove_from_run(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) log_warning(path.string() + ": cannot be removed: " + error.message());
}

}  // namespace rehearse
