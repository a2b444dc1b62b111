#include "localnet/artifact/go_program.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>

#include "localnet/base/error.h"
#include "localnet/base/fd.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

#if defined(__x86_64__)
constexpr std::string_view kTrap{"\xcc", 1};  // int3
#elif defined(__aarch64__)
constexpr std::string_view kTrap{"\x00\x00\x20\xd4", 4};  // brk #0
#else
#error "name this machine's trap here"
#endif

// Read-only, of a file; empty when it cannot be mapped.
class Mapped {
 public:
  explicit Mapped(const std::filesystem::path& file) {
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat s {};
    if (!fd || ::fstat(fd.get(), &s) || !s.st_size) return;
    void* at = ::mmap(nullptr, static_cast<std::size_t>(s.st_size), PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (at != MAP_FAILED) bytes_ = {static_cast<const char*>(at), static_cast<std::size_t>(s.st_size)};
  }
  ~Mapped() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  Mapped(const Mapped&) = delete;
  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

// Nothing where the bytes end before it.
template <class T>
std::optional<T> read_at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// The zero-terminated text there.
std::string_view text_at(std::string_view bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return {};
  const auto rest = bytes.substr(offset);
  return rest.substr(0, rest.find('\0'));
}

std::optional<Elf64_Shdr> section(std::string_view program, std::string_view name) {
  const auto header = read_at<Elf64_Ehdr>(program, 0);
  if (!header || !program.starts_with(std::string_view(ELFMAG, SELFMAG)) ||
      header->e_ident[EI_CLASS] != ELFCLASS64)
    return std::nullopt;
  const auto at = [&](unsigned i) {
    return read_at<Elf64_Shdr>(program, header->e_shoff + i * std::uint64_t{header->e_shentsize});
  };
  const auto names = at(header->e_shstrndx);
  for (unsigned i = 0; names && i < header->e_shnum; ++i)
    if (const auto s = at(i); s && text_at(program, names->sh_offset + s->sh_name) == name) return s;
  return std::nullopt;
}

// Of Go 1.20 and later: src/internal/abi/symtab.go, src/debug/gosym/pclntab.go. Offsets are from its own
// beginning.
struct Pclntab {
  std::uint32_t magic;
  std::uint16_t padding;
  std::uint8_t least_instruction, pointer_size;
  std::uint64_t functions, files;
  std::uint64_t text;  // where code begins in memory; 0 since Go 1.26: the section .text
  std::uint64_t names, units, file_names, lines, table;
};
constexpr std::uint32_t kMagic = 0xfffffff1;
struct Entry {
  std::uint32_t code, function;  // from the beginnings of code and of the table
};
struct Function {
  std::uint32_t code;
  std::int32_t name;
};

}  // namespace

FunctionOffsets offsets_of_functions(std::string_view program,
                                     const std::function<bool(std::string_view name)>& wanted) {
  FunctionOffsets found;
  const auto text = section(program, ".text"), lines = section(program, ".gopclntab");
  if (!text || !lines || lines->sh_offset > program.size()) return found;
  const auto table = program.substr(lines->sh_offset, lines->sh_size);
  const auto header = read_at<Pclntab>(table, 0);
  if (!header || header->magic != kMagic || header->pointer_size != 8) return found;
  const auto begin = header->text ? header->text : text->sh_addr;
  for (std::uint64_t i = 0; i < header->functions; ++i) {
    const auto entry = read_at<Entry>(table, header->table + i * sizeof(Entry));
    const auto function = entry ? read_at<Function>(table, header->table + entry->function) : std::nullopt;
    if (!function) break;
    const auto name = text_at(table, header->names + static_cast<std::uint64_t>(function->name));
    if (!wanted(name)) continue;
    const auto offset = begin + entry->code - text->sh_addr + text->sh_offset;
    if (offset < program.size()) found.emplace(name, offset);
  }
  return found;
}

FunctionOffsets offsets_of_functions(const std::filesystem::path& program,
                                     const std::function<bool(std::string_view name)>& wanted) {
  return offsets_of_functions(Mapped(program).bytes(), wanted);
}

bool holds_text(const std::filesystem::path& program, std::string_view text) {
  return Mapped(program).bytes().find(text) != std::string_view::npos;
}

void copy_with_traps(const std::filesystem::path& program, const FunctionOffsets& at,
                     const std::filesystem::path& copy) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::copy_file(program, copy, fs::copy_options::overwrite_existing, error);
  if (!error) fs::permissions(copy, fs::perms::owner_all, error);
  std::fstream file(copy, std::ios::binary | std::ios::in | std::ios::out);
  for (const auto& [name, offset] : at) {
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(kTrap.data(), static_cast<std::streamsize>(kTrap.size()));
  }
  file.close();
  if (error || !file) throw Error(Blame::machine, copy.string() + ": cannot be written");
}

}  // namespace rehearse
