#include "localnet/artifact/archive_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "localnet/base/error.h"

namespace rehearse {

void ArchiveWriter::Free::operator()(archive* out) const { archive_write_free(out); }

ArchiveWriter::ArchiveWriter(std::filesystem::path file) : file_(std::move(file)), out_(archive_write_new()) {
  archive_write_set_format_pax_restricted(out_.get());
  require(file_.extension() == ".zst" ? archive_write_add_filter_zstd(out_.get()) : archive_write_add_filter_gzip(out_.get()));
  require(archive_write_open_filename(out_.get(), file_.c_str()));
}

void ArchiveWriter::require(int result) {
  if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;  // warnings are about names that this locale cannot show
  const char* why = archive_error_string(out_.get());
  throw Error(Blame::machine, file_.string() + ": " + (why ? why : "cannot be written"));
}

void ArchiveWriter::begin(const std::string& path, std::uint64_t size) {
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), &archive_entry_free);
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0755);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  require(archive_write_header(out_.get(), entry.get()));
}

void ArchiveWriter::write(std::string_view piece) {
  if (archive_write_data(out_.get(), piece.data(), piece.size()) < 0) require(ARCHIVE_FATAL);
}

void ArchiveWriter::add(const std::string& path, std::string_view content) {
  begin(path, content.size());
  write(content);
}

void ArchiveWriter::add_file(const std::string& path, const std::filesystem::path& from, std::uint64_t size) {
  std::ifstream in(from, std::ios::binary);
  if (!in) throw Error(Blame::machine, from.string() + ": cannot be read");
  begin(path, size);
  std::vector<char> buffer(1 << 18);
  while (size > 0) {
    const auto wanted = std::min<std::uint64_t>(size, buffer.size());
    in.read(buffer.data(), static_cast<std::streamsize>(wanted));
    const auto got = static_cast<std::size_t>(in.gcount());
    if (got == 0) throw Error(Blame::machine, from.string() + ": has become shorter while it was read");
    write({buffer.data(), got});
    size -= got;
  }
}

void ArchiveWriter::close() { require(archive_write_close(out_.get())); }

void write_archive(const std::filesystem::path& file, const std::map<std::string, std::string>& members) {
  ArchiveWriter out(file);
  for (const auto& [path, content] : members) out.add(path, content);
  out.close();
}

}  // namespace rehearse
