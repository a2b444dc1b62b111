#include "localnet/discovery/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Words = std::vector<std::string>;

TEST(Fit, ACommandIsItsWordsBeforeArguments) {
  EXPECT_THAT(words_of({"tx", "bank", "send", "{account}", "x", "--yes"}), ElementsAre("tx", "bank", "send"));
  EXPECT_THAT(words_of({"keys", "add", "{key}"}), ElementsAre("keys", "add"));
  EXPECT_THAT(words_of({"--halt-height", "{height}"}), IsEmpty());
}

TEST(Fit, LeavesOutFlagsThatACommandLacksWithTheirValues) {
  const Words all = {"{file}", "--home", "{home}", "--yes", "--node", "{rpc}", "--output", "json"};
  const auto some = fit(all, {"--home", "--output"});
  EXPECT_THAT(some.arguments, ElementsAre("{file}", "--home", "{home}", "--output", "json"));
  EXPECT_THAT(some.lost, ElementsAre("--yes", "--node"));
  const auto whole = fit(all, {"--home", "--yes", "--node", "--output", "--more"});
  EXPECT_EQ(whole.arguments, all);
  EXPECT_THAT(whole.lost, IsEmpty());
  EXPECT_THAT(fit({"{a}", "--hard"}, {}).lost, ElementsAre("--hard"));
}

TEST(Fit, LooksForACommandWhereChainsHaveIt) {
  EXPECT_THAT(places_of({"init"}), ElementsAre(Words{"init"}, Words{"genesis", "init"}));
  EXPECT_THAT(places_of({"tx", "gov", "vote"}), ElementsAre(Words{"tx", "gov", "vote"}));
}

TEST(Fit, SomeFlagsAreVariablesToo) {
  ASSERT_TRUE(from_environment("--keyring-backend"));
  EXPECT_STREQ(from_environment("--keyring-backend")->variable, "KEYRING_BACKEND");
  EXPECT_FALSE(from_environment("--yes"));
}

}  // namespace
}  // namespace rehearse
