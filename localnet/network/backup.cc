#include "localnet/network/backup.h"

#include "localnet/base/error.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

Backup compare_backup(const fs::path& from, const fs::path& to) {
  Backup backup;
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    if (!entry.is_regular_file()) continue;
    const auto name = entry.path().lexically_relative(from);
    ++backup.files;
    backup.bytes += entry.file_size();
    if (!fs::is_regular_file(to / name) || read_file(entry.path()) != read_file(to / name))
      backup.differing.push_back(name.string());
  }
  return backup;
}

Backup back_up(const fs::path& from, const fs::path& to) {
  try {
    fs::create_directories(to);
    fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing | fs::copy_options::copy_symlinks);
    return compare_backup(from, to);
  } catch (const fs::filesystem_error& e) {
    throw Error(Blame::machine, std::string("the backup of ") + from.string() + " failed: " + e.what());
  }
}

}  // namespace rehearse
