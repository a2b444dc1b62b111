#include "localnet/artifact/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

constexpr size_t block_size = 1 << 18;
constexpr size_t head_size = 64;

struct Free {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, Free>;

[[noreturn]] void corrupt(const std::string& name, const std::string& why) {
  throw Error(Blame::release, fmt::format("{}: the archive is damaged: {}", name, why), Trouble::archive_corrupt);
}

std::string why(archive* reader) {
  const char* text = archive_error_string(reader);
  return text ? text : "no reason is known";
}

// The archive's entries, one after the other. A compressed tar is read through two readers, one that
// decompresses and one that knows tar, for libarchive does not compare gzip's own checksum: we do, in
// between.
class Entries {
 public:
  // `most`: bytes that it may unpack to, with what lies behind its end.
  Entries(int fd, const std::string& name, std::uint64_t most = std::numeric_limits<std::uint64_t>::max())
      : fd_(fd), name_(name), most_(most), tar_or_zip_(archive_read_new()) {
    std::string magic(2, '\0');
    if (::pread(fd, magic.data(), 2, 0) != 2) corrupt(name_, "it is empty");
    ::lseek(fd, 0, SEEK_SET);
    if (magic == "PK") {
      archive_read_support_format_zip(tar_or_zip_.get());
      require(archive_read_open_fd(tar_or_zip_.get(), fd, block_size), tar_or_zip_.get());
      return;
    }
    is_gzip_ = magic == "\x1f\x8b";
    open_decompressor();
    archive_read_support_format_tar(tar_or_zip_.get());
    archive_read_set_options(tar_or_zip_.get(), "read_concatenated_archives");  // whatever is in it is looked at
    if (archive_read_open(tar_or_zip_.get(), this, nullptr, &Entries::read_block, nullptr) != ARCHIVE_OK) {
      if (!failure_.empty()) corrupt(name_, failure_);
      corrupt(name_, "it is neither an ELF binary nor a tar, tar.gz or zip archive");
    }
  }

  // The next entry, or null after the last.
  archive_entry* next() {
    archive_entry* entry = nullptr;
    int result = archive_read_next_header(tar_or_zip_.get(), &entry);
    if (result == ARCHIVE_EOF) {
      finish();
      return nullptr;
    }
    // Warnings are about names that this locale cannot show.
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail();
    if (!archive_entry_pathname(entry)) corrupt(name_, "an entry has no name");
    return entry;
  }

  // Reads the current entry's content to its end.
  void read(const std::function<void(std::string_view)>& sink) {
    std::vector<char> buffer(block_size);
    while (true) {
      la_ssize_t got = archive_read_data(tar_or_zip_.get(), buffer.data(), buffer.size());
      if (got < 0) fail();  // also a warning: zip's checksum is one
      if (got == 0) return;
      sink({buffer.data(), static_cast<size_t>(got)});
    }
  }

 private:
  void require(int result, archive* reader) {
    if (result != ARCHIVE_OK) corrupt(name_, why(reader));
  }

  [[noreturn]] void fail() { corrupt(name_, failure_.empty() ? why(tar_or_zip_.get()) : failure_); }

  void open_decompressor() {
    decompressor_.reset(archive_read_new());
    archive* reader = decompressor_.get();
    archive_read_support_filter_gzip(reader);
    archive_read_support_filter_bzip2(reader);
    archive_read_support_filter_xz(reader);
    archive_read_support_filter_zstd(reader);
    archive_read_support_format_raw(reader);
    require(archive_read_open_fd(reader, fd_, block_size), reader);
    archive_entry* all = nullptr;
    require(archive_read_next_header(reader, &all), reader);
    block_.resize(block_size);
  }

  // Called by the tar reader for more bytes; must not throw.
  static la_ssize_t read_block(archive*, void* self, const void** block) {
    auto& entries = *static_cast<Entries*>(self);
    *block = entries.block_.data();
    return entries.decompress();
  }

  la_ssize_t decompress() {
    la_ssize_t got = archive_read_data(decompressor_.get(), block_.data(), block_.size());
    if (got < 0) {
      failure_ = why(decompressor_.get());
      return ARCHIVE_FATAL;
    }
    if (is_gzip_) crc_ = static_cast<uint32_t>(crc32_z(crc_, reinterpret_cast<const Bytef*>(block_.data()), static_cast<size_t>(got)));
    size_ += static_cast<uint32_t>(got);
    if ((unpacked_ += static_cast<std::uint64_t>(got)) > most_) {
      failure_ = fmt::format("it unpacks to more than {} bytes", most_);
      return ARCHIVE_FATAL;
    }
    return got;
  }

  // The rest behind the last entry, then gzip's trailer: CRC-32 and size of the content, little endian.
  void finish() {
    if (!decompressor_) return;
    la_ssize_t got;
    while ((got = decompress()) > 0) continue;
    if (got < 0) fail();
    if (!is_gzip_) return;
    struct stat file;
    std::array<uint8_t, 8> trailer{};
    if (::fstat(fd_, &file) != 0 || ::pread(fd_, trailer.data(), 8, file.st_size - 8) != 8) {
      corrupt(name_, "its gzip checksum is missing");
    }
    auto number = [&](int at) {
      return uint32_t{trailer[at]} | uint32_t{trailer[at + 1]} << 8 | uint32_t{trailer[at + 2]} << 16 |
             uint32_t{trailer[at + 3]} << 24;
    };
    if (number(0) != crc_ || number(4) != size_) {
      corrupt(name_,
              fmt::format("its content has the CRC-32 {:08x} and {} bytes, gzip's trailer says {:08x} and {}",
                          crc_, size_, number(0), number(4)));
    }
  }

  int fd_;
  std::string name_;
  std::uint64_t most_, unpacked_ = 0;  // bytes
  Reader decompressor_;
  Reader tar_or_zip_;
  std::vector<char> block_;
  std::string failure_;  // the decompressor's
  bool is_gzip_ = false;
  uint32_t crc_ = 0;
  uint32_t size_ = 0;  // modulo 2^32, as in the trailer
};

// Whether following `path` from the archive's top, or from the folder `from`, leaves it.
bool leaves(const std::filesystem::path& from, const std::filesystem::path& path) {
  if (path.is_absolute()) return true;
  std::filesystem::path there = (from / path).lexically_normal();
  return !there.empty() && *there.begin() == "..";
}

bool has_dot_dot(const std::filesystem::path& path) {
  for (const auto& part : path) {
    if (part == "..") return true;
  }
  return false;
}

void check_stays_inside(const std::string& name, archive_entry* entry) {
  std::string path = archive_entry_pathname(entry);
  auto escapes = [&](const std::string& how) {
    throw Error(Blame::release, fmt::format("{}: its entry '{}' {}; nothing of it is kept", name, path, how),
                Trouble::archive_escapes);
  };
  if (leaves("", path) || has_dot_dot(path)) escapes("leads out of the archive");
  if (const char* target = archive_entry_hardlink(entry)) {
    if (leaves("", target) || has_dot_dot(target)) escapes(fmt::format("links to '{}' outside", target));
    return;
  }
  auto type = archive_entry_filetype(entry);
  if (type == AE_IFLNK) {
    const char* target = archive_entry_symlink(entry);
    if (!target || leaves(std::filesystem::path(path).parent_path(), target)) {
      escapes(fmt::format("links to '{}' outside", target ? target : ""));
    }
  } else if (type != AE_IFREG && type != AE_IFDIR) {
    escapes("is neither a file nor a folder nor a link");
  }
}

bool is_plain_file(archive_entry* entry) {
  return archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry);
}

}  // namespace

ArchiveMember unpack_member(int fd, const std::string& name, const std::string& binary_name, const MemberSink& sink) {
  Entries entries(fd, name);
  std::optional<ArchiveMember> found;
  std::vector<std::string> files;
  while (archive_entry* entry = entries.next()) {
    check_stays_inside(name, entry);
    std::string path = std::filesystem::path(archive_entry_pathname(entry)).lexically_normal().string();
    bool plain = is_plain_file(entry);
    bool wanted = plain && (path == binary_name || path == "bin/" + binary_name);
    if (wanted) found = ArchiveMember{path, ""}, sink({}, true);
    entries.read([&](std::string_view piece) {
      if (!wanted) return;
      auto& head = found->head;
      if (head.size() < head_size) head += piece.substr(0, head_size - head.size());
      sink(piece, false);
    });
    if (plain) files.push_back(path);
  }
  if (found) return *found;
  size_t more = files.size() > 5 ? files.size() - 5 : 0;
  files.resize(files.size() - more);
  throw Error(Blame::release,
              fmt::format("{}: holds no file {} at its top or under bin/, but {}{}", name, binary_name,
                          files.empty() ? "none" : fmt::format("{}", fmt::join(files, ", ")),
                          more ? fmt::format(" and {} more", more) : ""),
              Trouble::binary_missing);
}

std::set<std::string> files_like(int fd, const std::string& name, bool (*wanted)(std::string_view head)) {
  Entries entries(fd, name);
  std::set<std::string> found;
  while (archive_entry* entry = entries.next()) {
    check_stays_inside(name, entry);
    const auto path = std::filesystem::path(archive_entry_pathname(entry)).lexically_normal();
    std::string head;
    entries.read([&](std::string_view piece) {
      if (head.size() < head_size) head += piece.substr(0, head_size - head.size());
    });
    if (is_plain_file(entry) && (!path.has_parent_path() || path.parent_path() == "bin") && wanted(head)) found.insert(path.filename());
  }
  return found;
}

void read_members(int fd, const std::string& name, std::uint64_t most, const OnMember& on_member) {
  Entries entries(fd, name, most);
  while (archive_entry* entry = entries.next()) {
    check_stays_inside(name, entry);
    if (!is_plain_file(entry)) corrupt(name, fmt::format("its entry '{}' is no file", archive_entry_pathname(entry)));
    const auto sink = on_member(archive_entry_pathname(entry), static_cast<std::uint64_t>(archive_entry_size(entry)));
    entries.read(sink);
  }
}

}  // namespace rehearse
