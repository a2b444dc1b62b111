#include "harness/run/run_folder.h"

#include "localnet/base/error.h"
#include "localnet/base/log.h"

namespace rehearse {

namespace fs = std::filesystem;

void check_unused(const fs::path& folder) {
  if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder)))
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
