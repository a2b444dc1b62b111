// Writing archives: tar.gz or tar.zst, by the file's name.
//
//   ArchiveWriter out(folder / "repro.tar.zst");
//   out.add("manifest.json", text);
//   out.add_file("run/events.jsonl", folder / "events.jsonl");
//   out.close();
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct archive;

namespace rehearse {

class ArchiveWriter {
 public:
  // Compressed with zstd when the name ends in .zst, else with gzip. This and what follows throws Error(Blame::machine).
  explicit ArchiveWriter(std::filesystem::path file);

  void add(const std::string& path, std::string_view content);
  // The first `size` bytes of the file, which may go on growing; it must not have become shorter.
  void add_file(const std::string& path, const std::filesystem::path& from, std::uint64_t size);
  // Without it the archive is not whole.
  void close();

 private:
  void begin(const std::string& path, std::uint64_t size);
  void write(std::string_view piece);
  void require(int result);
  struct Free {
    void operator()(archive*) const;
  };
  std::filesystem::path file_;
  std::unique_ptr<archive, Free> out_;
};

// An archive of these members, path -> content, whatever the paths are.
void write_archive(const std::filesystem::path& file, const std::map<std::string, std::string>& members);

}  // namespace rehearse
