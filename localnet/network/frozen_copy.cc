#include "localnet/network/frozen_copy.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "localnet/base/error.h"
#include "localnet/base/sha256.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// A database that is stopped in the middle of writing a table may write one of that number anew: only what
// has been left alone for this long is surely whole and listed.
constexpr std::chrono::seconds kSettled{3};

// A copy of one that was not is never more whole: it is of the future, and so is copied again from there.
constexpr std::chrono::hours kNeverSettles{24 * 365};

bool is_table(const fs::path& file) { return file.extension() == ".ldb" || file.extension() == ".sst"; }

bool never_changes(const fs::directory_entry& file) {
  const bool program = (file.status().permissions() & fs::perms::owner_exec) != fs::perms::none;
  return program ||
         (is_table(file.path()) && fs::file_time_type::clock::now() - file.last_write_time() > kSettled);
}

void copy_link(const fs::path& link, const fs::path& to, const fs::path& root, const fs::path& new_root) {
  auto target = fs::read_symlink(link);
  const auto within = target.lexically_relative(root);
  if (target.is_absolute() && !within.empty() && *within.begin() != "..") target = new_root / within;
  fs::create_symlink(target, to);
}

void copy_one(const fs::directory_entry& entry, const fs::path& to, const fs::path& root,
              const fs::path& new_root) {
  if (entry.is_symlink()) return copy_link(entry.path(), to, root, new_root);
  if (entry.is_directory()) {
    fs::create_directory(to, entry.path());  // with its mode
    return;
  }
  if (!entry.is_regular_file()) return;  // a socket is of its process
  std::error_code other_disk;
  if (never_changes(entry)) fs::create_hard_link(entry.path(), to, other_disk);
  if (never_changes(entry) && !other_disk) return;
  fs::copy_file(entry.path(), to);
  if (is_table(entry.path()) && !other_disk) fs::last_write_time(to, fs::file_time_type::clock::now() + kNeverSettles);
}

}  // namespace

void copy_frozen(const fs::path& from, const fs::path& to, const fs::path& named) try {
  fs::create_directories(to);
  for (const auto& entry : fs::recursive_directory_iterator(from))
    copy_one(entry, to / entry.path().lexically_relative(from), from, named);
} catch (const fs::filesystem_error& e) {
  throw Error(Blame::machine, fmt::format("{} cannot be copied: {}", from.string(), e.what()));
}

std::string seal_of(const fs::path& folder) {
  std::vector<std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = entry.path().lexically_relative(folder).string();
    struct stat s {};
    if (entry.is_symlink())
      all.push_back(fmt::format("{} -> {}", name, fs::read_symlink(entry.path()).string()));
    else if (entry.is_regular_file() && ::stat(entry.path().c_str(), &s) == 0)
      all.push_back(fmt::format("{} {} {}.{}", name, s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec));
  }
  std::ranges::sort(all);
  std::string text;
  for (const auto& line : all) text += line + "\n";
  return sha256_hex(text);
}

}  // namespace rehearse
