#include "localnet/artifact/artifact.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include "localnet/artifact/archive.h"
#include "localnet/artifact/elf.h"
#include "localnet/base/error.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/base/fd.h"
#include "localnet/base/json.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

int64_t nanoseconds(const timespec& time) { return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec; }

[[noreturn]] void machine(const fs::path& file, const std::string& what) {
  throw Error(Blame::machine, fmt::format("{}: cannot {}: {}", file.string(), what, strerror(errno)));
}

struct stat stat_of(const Fd& file, const fs::path& name) {
  struct stat out;
  if (::fstat(file.get(), &out) != 0) machine(name, "be examined");
  return out;
}

// Changes whenever the file may have.
std::string identity(const fs::path& file, const struct stat& stat) {
  return fmt::format("{}\n{} {} {} {} {}", fs::absolute(file).string(), stat.st_dev, stat.st_ino,
                     stat.st_size, nanoseconds(stat.st_mtim), nanoseconds(stat.st_ctim));
}

// A folder of our own in the store, to be renamed when it is complete; removed with what is left in it.
class Workspace {
 public:
  explicit Workspace(const fs::path& store) {
    std::string name = (store / ".new-XXXXXX").string();
    if (!::mkdtemp(name.data())) machine(store, "make a folder in it");
    path = name;
  }
  ~Workspace() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

void write_file(const fs::path& file, std::string_view text) {
  std::ofstream out(file);
  if (!(out << text) || !out.flush()) machine(file, "be written");
}

// The file's SHA-256, from memory when it is the file we remember.
std::string digest_of(const Fd& file, const fs::path& source, const fs::path& store) {
  struct stat stat = stat_of(file, source);
  fs::path memory = store / "digests" / sha256_hex(identity(source, stat));
  if (std::string known = read_file(memory); known.size() == 64) return known;

  std::string digest = sha256_fd(file.get(), source.string());
  // A file written this very moment may be written again within the tick of the file system's clock, and its
  // times would not tell.
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto age = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - nanoseconds(stat.st_ctim);
  if (age > 20'000'000 && identity(source, stat_of(file, source)) == identity(source, stat)) {
    Workspace workspace(store);
    write_file(workspace.path / "digest", digest);
    fs::create_directories(memory.parent_path());
    fs::rename(workspace.path / "digest", memory);
  }
  return digest;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

void compare(const fs::path& source, const std::string& found, const std::string& expected,
             const std::string& who_says) {
  if (lower(expected) == found) return;
  throw Error(Blame::release,
              fmt::format("{}: sha256 is {}, {} {}", source.filename().string(), found, who_says, expected),
              Trouble::checksum_mismatch);
}

// With a SHA256SUMS beside the file, when it names it.
void compare_with_published(const fs::path& source, const std::string& found) {
  const auto expected = checksum_in(read_file(source.parent_path() / "SHA256SUMS"), source.filename());
  if (expected) compare(source, found, *expected, "SHA256SUMS beside it says");
}

// One content's place in the store: bin/<name>, and record.json with what it was when it was put there.
struct Stored {
  fs::path folder;
  fs::path binary;
  fs::path record() const { return folder / "record.json"; }
};

Stored stored_in(const fs::path& folder, const std::string& binary_name) {
  return {folder, folder / "bin" / binary_name};
}

nlohmann::json describe(const fs::path& binary, const std::string& digest) {
  struct stat stat;
  if (::stat(binary.c_str(), &stat) != 0) return nullptr;
  return {{"sha256", digest}, {"size", stat.st_size}, {"mtime_ns", nanoseconds(stat.st_mtim)}};
}

// The stored binary's digest, unless it is not there or somebody wrote through one of its links.
std::optional<std::string> stored_digest(const Stored& stored) {
  nlohmann::json record = nlohmann::json::parse(read_file(stored.record()), nullptr, false);
  if (!record.is_object() || !record.contains("sha256") || !record["sha256"].is_string()) return std::nullopt;
  std::string digest = record["sha256"];
  if (describe(stored.binary, digest) != record) return std::nullopt;
  return digest;
}

// A new file that nobody can execute.
class Writer {
 public:
  explicit Writer(const fs::path& to) : to_(to), file_(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (!file_) machine(to, "be created");
    begin();
  }
  // Nothing is in it.
  void begin() {
    digest_.emplace();
    if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0) machine(to_, "be written");
  }
  void add(std::string_view piece) {
    digest_->update(piece.data(), piece.size());
    while (!piece.empty()) {
      ssize_t written = ::write(file_.get(), piece.data(), piece.size());
      if (written < 0 && errno != EINTR) machine(to_, "be written");
      if (written > 0) piece.remove_prefix(static_cast<size_t>(written));
    }
  }
  std::string digest() { return to_hex(digest_->digest()); }

 private:
  const fs::path to_;
  Fd file_;
  std::optional<Sha256Stream> digest_;
};

void copy(const Fd& file, const fs::path& source, Writer& out) {
  std::string block(1 << 18, '\0');
  off_t at = 0;
  for (ssize_t got; (got = ::pread(file.get(), block.data(), block.size(), at)) != 0; at += got) {
    if (got < 0) machine(source, "be read");
    out.add(std::string_view(block).substr(0, static_cast<size_t>(got)));
  }
}

Fd opened(const fs::path& source) {
  Fd file(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw Error(Blame::scenario, fmt::format("release {}: {}", source.string(), strerror(errno)));
  if (!S_ISREG(stat_of(file, source).st_mode)) throw Error(Blame::scenario, fmt::format("release {}: is not a file", source.string()));
  return file;
}

// The first bytes, enough to tell a program.
std::string head_of(const Fd& file, const fs::path& source) {
  std::string head(64, '\0');
  ssize_t got = ::pread(file.get(), head.data(), head.size(), 0);
  if (got < 0) machine(source, "be read");
  head.resize(static_cast<size_t>(got));
  return head;
}

// Writes the bare binary, or the binary in an archive, that passes every check.
void write_checked(const Fd& file, const fs::path& source, const std::string& binary_name, Writer& out) {
  std::string name = source.filename().string();
  const auto head = head_of(file, source);
  if (is_elf(head)) {
    check_elf(name, head);
    return copy(file, source, out);
  }
  const auto member = unpack_member(file.get(), name, binary_name, [&](std::string_view piece, bool begins) {
    if (begins) out.begin();
    out.add(piece);
  });
  check_elf(fmt::format("{}: {}", name, member.path), member.head);
}

// Puts `workspace` in the place of `folder`. When another process was first its folder stays, unless it is
// stale.
void publish(const fs::path& workspace, const Stored& stored) {
  std::error_code taken;
  fs::rename(workspace, stored.folder, taken);
  if (!taken || stored_digest(stored)) return;
  Workspace aside(stored.folder.parent_path());
  fs::rename(stored.folder, aside.path / "stale", taken);
  fs::rename(workspace, stored.folder, taken);
  if (!stored_digest(stored)) machine(stored.folder, "be replaced");
}

std::string unpack(const Fd& file, const fs::path& source, const std::string& binary_name,
                   const Stored& stored) {
  struct stat before = stat_of(file, source);
  Workspace workspace(stored.folder.parent_path());
  Stored fresh = stored_in(workspace.path, binary_name);
  fs::create_directories(fresh.binary.parent_path());
  std::string digest;
  {
    Writer out(fresh.binary);  // closed before anyone else may execute it
    write_checked(file, source, binary_name, out);
    digest = out.digest();
  }
  if (identity(source, stat_of(file, source)) != identity(source, before)) {
    throw Error(Blame::machine, fmt::format("{}: was changed while it was read; try again", source.string()));
  }
  fs::permissions(fresh.binary, fs::perms(0555));
  write_file(fresh.record(), describe(fresh.binary, digest).dump());
  fs::permissions(workspace.path, fs::perms(0755));  // mkdtemp keeps others out
  publish(workspace.path, stored);
  return digest;
}

}  // namespace

std::optional<Artifact> stored_artifact(const std::string& sha256, const std::string& binary_name,
                                        const fs::path& store) {
  const Stored stored = stored_in(store / (sha256 + "-" + binary_name), binary_name);
  const auto digest = stored_digest(stored);
  if (!digest) return std::nullopt;
  return Artifact{sha256, stored.binary, *digest};
}

Artifact open_artifact(const fs::path& source, const std::string& binary_name, const fs::path& store,
                       const std::string& expected_sha256) {
  if (binary_name.empty() || fs::path(binary_name).filename() != binary_name) {
    throw Error(Blame::scenario, fmt::format("'{}' is not the file name of a binary", binary_name));
  }
  const Fd file = opened(source);
  try {
    fs::create_directories(store);
    Artifact artifact{digest_of(file, source, store), {}, ""};
    compare_with_published(source, artifact.sha256);
    if (!expected_sha256.empty()) compare(source, artifact.sha256, expected_sha256, "expected");

    Stored stored = stored_in(store / (artifact.sha256 + "-" + binary_name), binary_name);
    artifact.binary = stored.binary;
    std::optional<std::string> digest = stored_digest(stored);
    artifact.binary_sha256 = digest ? *digest : unpack(file, source, binary_name, stored);
    return artifact;
  } catch (const fs::filesystem_error& error) {
    throw Error(Blame::machine, fmt::format("the store of releases cannot be used: {}", error.what()));
  }
}

std::string program_name(const fs::path& source) {
  const Fd file = opened(source);
  if (is_elf(head_of(file, source))) return source.filename();
  const auto name = source.filename().string();
  auto programs = files_like(file.get(), name, is_elf);
  std::erase_if(programs, [](const std::string& n) { return n.find(".so") != std::string::npos; });  // libraries beside it
  if (programs.size() == 1) return *programs.begin();
  throw Error(programs.empty() ? Blame::release : Blame::scenario,
              programs.empty() ? fmt::format("{}: holds no program at its top or under bin/", name)
                               : fmt::format("{}: holds several programs ({}); give the one that is meant", name, fmt::join(programs, ", ")),
              Trouble::binary_missing);
}

void link_or_copy(const fs::path& from, const fs::path& to) {
  try {
    fs::create_directories(to.parent_path());
    fs::remove(to);
    std::error_code failed;
    fs::create_hard_link(from, to, failed);
    if (failed) fs::copy_file(from, to);  // keeps the permissions
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove(to, ignored);  // on a full disk half a copy takes the room that the reports need
    throw Error(Blame::machine,
                fmt::format("cannot put a copy of {} in place: {}", from.string(), error.what()));
  }
}

}  // namespace rehearse
