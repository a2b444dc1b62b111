#include "localnet/artifact/go_program.h"

#include <elf.h>
#include <gmock/gmock.h>

#include <cstring>

#include "localnet/base/text.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

template <class T>
void put(std::string& bytes, std::size_t at, const T& value) {
  if (bytes.size() < at + sizeof value) bytes.resize(at + sizeof value);
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

void put_text(std::string& bytes, std::size_t at, const std::string& text) {
  if (bytes.size() < at + text.size() + 1) bytes.resize(at + text.size() + 1);
  std::memcpy(bytes.data() + at, text.c_str(), text.size() + 1);
}

constexpr std::uint64_t kTextOffset = 0x400, kTextAddress = 0x401000, kTable = 0x800, kNames = 0x600,
                        kSections = 0x1000;
constexpr std::uint64_t kFirstFunction = 0x40, kSecondFunction = 0x90;  // of two functions, in .text

// A stripped program of two functions, as far as its table goes. `text_start` 0: as Go 1.26 writes it.
std::string program(std::uint64_t text_start) {
  std::string b(kTextOffset, '\0');
  std::memcpy(b.data(), ELFMAG, SELFMAG);
  b[EI_CLASS] = ELFCLASS64;
  Elf64_Ehdr header{};
  std::memcpy(&header, b.data(), EI_NIDENT);
  header.e_shoff = kSections, header.e_shentsize = sizeof(Elf64_Shdr), header.e_shnum = 4,
  header.e_shstrndx = 3;
  put(b, 0, header);
  const auto table = [&](std::uint64_t at, auto value) { put(b, kTable + at, value); };
  table(0, std::uint32_t{0xfffffff1});
  table(6, std::uint8_t{1}), table(7, std::uint8_t{8});
  const std::uint64_t names = 0x100, entries = 0x200;
  const std::uint64_t fields[] = {2, 1, text_start, names, 0, 0, 0, entries};
  for (std::size_t i = 0; i < 8; ++i) table(8 + 8 * i, fields[i]);
  put_text(b, kTable + names, "app.(*App).beginBlock");
  put_text(b, kTable + names + 0x40, "app.(*App).endBlock");
  std::uint32_t code[] = {kFirstFunction, kSecondFunction};
  std::int32_t name[] = {0, 0x40};
  for (std::uint32_t i = 0; i < 2; ++i) {
    const std::uint32_t function = 0x40 + 0x20 * i;
    table(entries + 8 * i, code[i]), table(entries + 8 * i + 4, function);
    table(entries + function, code[i]), table(entries + function + 4, name[i]);
  }
  const std::string section_names = std::string("\0.text\0.gopclntab\0.shstrtab\0", 28);
  b.replace(kNames, section_names.size(), section_names);
  const auto section = [&](unsigned i, std::uint32_t name_at, std::uint64_t address, std::uint64_t offset,
                           std::uint64_t size) {
    Elf64_Shdr s{};
    s.sh_name = name_at, s.sh_addr = address, s.sh_offset = offset, s.sh_size = size;
    put(b, kSections + i * sizeof s, s);
  };
  section(0, 0, 0, 0, 0);
  section(1, 1, kTextAddress, kTextOffset, 0x200);
  section(2, 7, 0x500000, kTable, 0x400);
  section(3, 18, 0, kNames, section_names.size());
  return b;
}

const std::string kAppBeginBlock = "app.(*App).beginBlock", kAppEndBlock = "app.(*App).endBlock";
bool wanted(std::string_view name) { return name == kAppBeginBlock || name == kAppEndBlock || name == "app.(*App).none"; }

TEST(GoProgram, KnowsWhereItsFunctionsBegin) {
  for (const std::uint64_t text_start : {std::uint64_t{0}, kTextAddress})
    EXPECT_THAT(offsets_of_functions(std::string_view(program(text_start)), wanted),
                UnorderedElementsAre(Pair(kAppBeginBlock, kTextOffset + kFirstFunction),
                                     Pair(kAppEndBlock, kTextOffset + kSecondFunction)));
}

// Whatever is cut off or changed, it is read to its end and no further.
TEST(GoProgram, ThatIsDamagedKnowsFewerOrNone) {
  const auto whole = program(0);
  for (std::size_t size = 0; size < whole.size(); size += 7)
    EXPECT_LE(offsets_of_functions(std::string_view(whole).substr(0, size), wanted).size(), 2u);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0xff);
    EXPECT_LE(offsets_of_functions(std::string_view(changed), wanted).size(), 2u);
  }
  EXPECT_THAT(offsets_of_functions(std::string_view("#!/bin/sh\n"), wanted), IsEmpty());
}

class GoProgramFile : public ::testing::Test {
 protected:
  made::TempFolder scratch_;
};

TEST_F(GoProgramFile, IsCopiedWithATrapAndElseTheSame) {
  const auto original = scratch_ / "program", copy = scratch_ / "copy";
  scratch_.write("program", program(0));
  EXPECT_TRUE(holds_text(original, "beginBlock"));
  EXPECT_FALSE(holds_text(original, "commitBlock"));
  EXPECT_THAT(offsets_of_functions(scratch_ / "none", wanted), IsEmpty());
  const auto offset = offsets_of_functions(original, wanted).at(kAppEndBlock);
  copy_with_traps(original, {{kAppEndBlock, offset}}, copy);
  auto expected = read_file(original), found = read_file(copy);
  ASSERT_EQ(found.size(), expected.size());
  EXPECT_NE(found[offset], expected[offset]);
  found.erase(offset, 4), expected.erase(offset, 4);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace rehearse
