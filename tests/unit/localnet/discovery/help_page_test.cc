#include "localnet/discovery/help_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr const char* kOfProgram = R"(Node and command line of the chain

Usage:
  simd [command]

Available Commands:
  genesis               Application's genesis-related subcommands
  module-hash-by-height Get module hashes at a given height
  start                 Run the full node

Flags:
  -h, --help                help for simd
      --home string         directory for config and data (default "$HOME/.simapp")

Use "simd [command] --help" for more information about a command.
)";

constexpr const char* kOfSend = R"(Send funds from one account to another.
Note, the '--from' flag is ignored as it is implied from [from_key_or_address].

Usage:
  simd tx bank send [from_key_or_address] [to_address] [amount] [flags]

Flags:
  -b, --broadcast-mode string       Transaction broadcasting mode (sync|async) (default "sync")
      --api.address string          with a dot in its name
  -y, --yes                         Skip tx broadcasting prompt confirmation

Global Flags:
      --home string         directory for config and data (default "$HOME/.simapp")
)";

TEST(HelpPage, NamesTheProgramAndWhatItCanDo) {
  const auto page = read_help_page(kOfProgram);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->program, "simd");
  EXPECT_TRUE(page->about.empty());
  EXPECT_THAT(page->commands, UnorderedElementsAre("genesis", "module-hash-by-height", "start"));
  EXPECT_THAT(page->flags, UnorderedElementsAre("--help", "--home"));
}

TEST(HelpPage, HasTheFlagsOfAllCommandsToo) {
  const auto page = read_help_page(kOfSend);
  ASSERT_TRUE(page);
  EXPECT_THAT(page->about, ElementsAre("tx", "bank", "send"));
  EXPECT_THAT(page->flags, UnorderedElementsAre("--broadcast-mode", "--api.address", "--yes", "--home"));
}

TEST(HelpPage, IsOfWhatIsCalledOtherwiseToo) {
  const auto page = read_help_page("Usage:\n  simd tx multi-sign [file] [name] [[signature]...] [flags]\n\nAliases:\n  multi-sign, multisign\n\nFlags:\n  --yes\n");
  EXPECT_TRUE(page->is_of({"tx", "multisign"}));
  EXPECT_TRUE(page->is_of({"tx", "multi-sign"}));
  EXPECT_FALSE(page->is_of({"tx", "sign"}));
  EXPECT_FALSE(page->is_of({"multisign"}));
}

// `query upgrade plan` of a program without it prints the page of `query`, and exits 0.
TEST(HelpPage, IsOfWhatItIsAbout) {
  const auto page = read_help_page(kOfSend);
  EXPECT_TRUE(page->is_of({"tx", "bank", "send"}));
  EXPECT_FALSE(page->is_of({"tx", "bank", "multi-send"}));
  EXPECT_FALSE(read_help_page("Usage:\n  simd query [command]\n\nAliases:\n  query, q\n")->is_of({"query", "upgrade"}));
  // Arguments without brackets follow the command's words.
  EXPECT_TRUE(read_help_page("Usage:\n  simd keys add name [flags]\n")->is_of({"keys", "add"}));
}

TEST(HelpPage, IsNoneOfWhatElseAProgramPrints) {
  for (const char* text : {"", "v1.0.0\n", "Usage\n", "Usage:\n\n", "{\"Usage\": 1}"}) EXPECT_FALSE(read_help_page(text)) << text;
}

TEST(HelpPage, IsReadWithColours) {
  const auto page = read_help_page("\x1b[1mUsage:\x1b[0m\n  simd [command]\n");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->program, "simd");
}

}  // namespace
}  // namespace rehearse
