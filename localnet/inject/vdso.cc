#include "localnet/inject/vdso.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <sstream>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

// A struct of the image; what would lie outside of it is an error.
template <class T>
T at(std::string_view image, std::uint64_t offset) {
  if (offset > image.size() || image.size() - offset < sizeof(T))
    throw Error(Blame::machine, fmt::format("the vDSO: there is nothing at {:#x} of its {} bytes", offset, image.size()));
  T value;
  std::memcpy(&value, image.data() + offset, sizeof value);
  return value;
}

std::string name_at(std::string_view image, std::uint64_t offset) {
  if (offset >= image.size()) return "";
  const auto rest = image.substr(offset);
  return std::string(rest.substr(0, rest.find('\0')));
}

std::optional<Elf64_Shdr> symbol_section(std::string_view image, const Elf64_Ehdr& head) {
  for (int i = 0; i < head.e_shnum; ++i) {
    const auto section = at<Elf64_Shdr>(image, head.e_shoff + static_cast<std::uint64_t>(i) * sizeof(Elf64_Shdr));
    if (section.sh_type == SHT_DYNSYM) return section;
  }
  return std::nullopt;
}

}  // namespace

std::optional<AddressRange> vdso_range(std::string_view maps) {
  std::istringstream lines{std::string(maps)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.ends_with("[vdso]")) continue;
    AddressRange range;
    char dash = 0;
    if (std::istringstream(line) >> std::hex >> range.begin >> dash >> range.end && dash == '-' && range.begin < range.end)
      return range;
  }
  return std::nullopt;
}

std::vector<VdsoFunction> vdso_functions(std::string_view image, std::uint64_t base) {
  const auto head = at<Elf64_Ehdr>(image, 0);
  if (std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64)
    throw Error(Blame::machine, "the vDSO: it is not a 64-bit ELF image");
  const auto symbols = symbol_section(image, head);
  if (!symbols) throw Error(Blame::machine, "the vDSO: it has no table of symbols");
  const auto names = at<Elf64_Shdr>(image, head.e_shoff + std::uint64_t{symbols->sh_link} * sizeof(Elf64_Shdr));
  std::vector<VdsoFunction> functions;
  for (std::uint64_t i = 0; i < symbols->sh_size / sizeof(Elf64_Sym); ++i) {
    const auto symbol = at<Elf64_Sym>(image, symbols->sh_offset + i * sizeof(Elf64_Sym));
    // Each is there twice; the weak one has the name without `__vdso_`.
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL) continue;
    functions.push_back({name_at(image, names.sh_offset + symbol.st_name), base + symbol.st_value, symbol.st_size});
  }
  return functions;
}

}  // namespace rehearse
