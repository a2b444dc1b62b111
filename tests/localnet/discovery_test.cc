// A chain of which there are only two programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

using testing::HasSubstr;

std::string stock(const std::string& release) { return (project() / ".cache/fixtures/releases/stock-releases" / release / "stockd_linux_amd64.tar.gz").string(); }

TEST(Discovery, WritesTheProfileOfAChainThatNobodyDescribed) {
  Scratch scratch;
  const auto file = scratch / "probed.yaml";
  auto r = Rehearsal(scratch, {"profile", "probe", stock("v1"), "--to", stock("v2"), "--out", file.string()});
  EXPECT_EQ(r.wait(), 0) << r.output();
  const auto profile = read(file);
  for (const char* found : {"binary: \"stockd\"", "denom: \"ustock\"  # bond_denom of its default genesis", "bech32: \"stock\"", "\"--fees\", \"1250ustock\"", "minimum_gas_prices: \"0.0025ustock\"", "It is upgraded to v2."})
    EXPECT_THAT(profile, HasSubstr(found));
  auto doctor = Rehearsal(scratch, {"doctor", "--profile", file.string(), "--binary", stock("v1")});
  EXPECT_EQ(doctor.wait(), 0) << doctor.output();
  auto again = Rehearsal(scratch, {"profile", "probe", stock("v1"), "--out", file.string()});
  EXPECT_EQ(again.wait(), 2);
  EXPECT_THAT(again.output(), HasSubstr("is there already"));
}

TEST(Discovery, RehearsesTwoProgramsWithoutAProfile) {
  fs::remove_all(project() / ".cache/profiles");
  {
    Scratch scratch;
    auto r = run(scratch, {"--from", stock("v1"), "--to", "boreal=" + stock("v2")});
    EXPECT_EQ(r.wait(), 0) << r.output();
    EXPECT_THAT(r.output(), HasSubstr("trying the profile on a network of one node"));
    EXPECT_TRUE(r.junit_is_whole());
    EXPECT_EQ(r.record().at("profile"), "stockd");
  }
  Scratch scratch;
  auto again = run(scratch, {"--from", stock("v1"), "--to", "boreal=" + stock("v2")});
  EXPECT_TRUE(again.said(kNetworkUp)) << again.output();
  EXPECT_THAT(again.output(), testing::Not(HasSubstr("trying the profile"))) << "it is known by the checksums";
}

TEST(Discovery, AsksForThePlanBeforeAnyNetwork) {
  Scratch scratch;
  auto r = run(scratch, {"--from", stock("v1"), "--to", stock("v2")});
  EXPECT_EQ(r.wait(), 2) << r.output();
  EXPECT_THAT(r.output(), HasSubstr("--to PLAN=" + stock("v2")));
  EXPECT_FALSE(fs::exists(r.folder()));
}

TEST(Discovery, SaysWhatIsNoChain) {
  Scratch scratch;
  auto none = Rehearsal(scratch, {"profile", "probe", "/bin/true"});
  EXPECT_EQ(none.wait(), 2) << none.output();
  EXPECT_THAT(none.output(), HasSubstr("true: `--help` prints no page as an SDK chain's program does"));
  auto dead = Rehearsal(scratch, {"profile", "probe", DIES_AT_START_PROGRAM});
  EXPECT_EQ(dead.wait(), 1) << dead.output();
  EXPECT_THAT(dead.output(), HasSubstr("--help`: exit"));
}

}  // namespace
}  // namespace rehearse::localnet
