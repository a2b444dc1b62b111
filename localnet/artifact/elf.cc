#include "localnet/artifact/elf.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

#if defined(__x86_64__)
constexpr unsigned this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned this_machine = EM_AARCH64;
#else
#error "name this machine's ELF number here"
#endif

std::string machine_name(unsigned elf_machine) {
  if (elf_machine == EM_X86_64) return "x86-64";
  if (elf_machine == EM_AARCH64) return "aarch64";
  return fmt::format("ELF machine {}", elf_machine);
}

}  // namespace

bool is_elf(std::string_view head) { return head.starts_with(std::string_view(ELFMAG, SELFMAG)); }

void check_elf(const std::string& name, std::string_view head) {
  auto refuse = [&](const std::string& found) {
    throw Error(
        Blame::release,
        fmt::format("{}: expected a 64-bit {} program, found {}", name, machine_name(this_machine), found),
        Trouble::wrong_architecture);
  };
  if (!is_elf(head)) refuse("a file that is not ELF");
  if (head.size() > EI_CLASS && head[EI_CLASS] != ELFCLASS64) refuse("a 32-bit one");
  Elf64_Ehdr header{};
  if (head.size() < sizeof header) refuse(fmt::format("only {} bytes of one", head.size()));
  std::memcpy(&header, head.data(), sizeof header);
  if (header.e_ident[EI_DATA] != ELFDATA2LSB) refuse("a big-endian one");
  if (header.e_machine != this_machine) refuse(fmt::format("one for {}", machine_name(header.e_machine)));
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) refuse(fmt::format("ELF type {}", header.e_type));
}

}  // namespace rehearse
