// From which release one may upgrade to which, by what the manifest says; for which releases a scenario is meant.
#include "harness/spec/release_path.h"

#include <gmock/gmock.h>

#include "harness/run/fitness.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class ReleasePathTest : public testing::Test {
 protected:
  ReleasePathTest() {
    const auto profiles = std::filesystem::path(REHEARSE_SOURCE_DIR) / "fixtures/profiles";
    profile_ = load_profile(profiles / "stock.yaml", profiles);
    profile_.file = folder_.path() / "made.yaml", profile_.releases = "made-releases.yaml";
    profile_.from = "v1.0.0", profile_.to = "v2.0.0";
    write(">=v1.0.0 <v2.0.0");
  }
  void write(const std::string& range) {
    manifest_ = folder_.write("made-releases.yaml", "archive: a\nbinary: b\nreleases:\n  v1.0.0: {version: v1.0.0}\n  v1.0.1: {version: v1.0.1, role: patch, from: \"=v1.0.0\"}\n"
                                                    "  dev: {version: dev}\n  v2.0.0:\n    version: v2.0.0\n    from: \"" + range + "\"\n");
  }
  std::string why(const Scenario& s = {}) const { return why_forbidden(path_of(s, profile_)); }
  Scenario on_the_way(const std::string& from, const std::string& to, const std::string& patch = "") const {
    Scenario s;
    s.upgrade.kind = "chain", s.releases.from = release_choice(from), s.releases.patch = release_choice(patch), s.releases.to = release_choice(to);
    return s;
  }

  made::TempFolder folder_;
  std::filesystem::path manifest_;
  Profile profile_;
};

TEST_F(ReleasePathTest, IsForbiddenWhereTheRangeSaysSo) {
  EXPECT_EQ(why(), "");
  EXPECT_EQ(why(on_the_way("v1.0.1", "")), "");
  write(">=v1.1.0 <v2.0.0");
  EXPECT_EQ(why(), manifest_.string() + ": to v2.0.0 one upgrades from >=v1.1.0 <v2.0.0, and v1.0.0 is v1.0.0");
  EXPECT_EQ(why(on_the_way("", "v1.0.1")), "") << "that one is not meant";
}

TEST_F(ReleasePathTest, GoesOverThePatchWhereThereIsOne) {
  write("=v1.0.1");
  EXPECT_NE(why(), "");
  EXPECT_EQ(why(on_the_way("", "", "role:patch")), "");
  EXPECT_THAT(why(on_the_way("v2.0.0", "", "role:patch")), EndsWith("to v1.0.1 one upgrades from =v1.0.0, and v2.0.0 is v2.0.0"));
}

TEST_F(ReleasePathTest, WhatIsTakenBackFollowsThePatchWhereThatCameBefore) {
  write("=v1.0.1");
  auto s = on_the_way("", "", "role:patch");
  s.upgrade.kind = "train", s.releases.failing = release_choice("v2.0.0");
  s.upgrade.legs = {TrainLeg::patch, TrainLeg::rollback, TrainLeg::chain};
  EXPECT_EQ(why(s), "");
  s.upgrade.legs = {TrainLeg::rollback, TrainLeg::patch, TrainLeg::chain};
  EXPECT_THAT(why(s), EndsWith("to v2.0.0 one upgrades from =v1.0.1, and v1.0.0 is v1.0.0"));
}

TEST_F(ReleasePathTest, OfAFileIsKnownOnceItWasAsked) {
  EXPECT_EQ(why(on_the_way("./made", "v2.0.0")), "");
  auto to = find_release("v2.0.0", manifest_, "");
  Release file;
  file.name = "made";
  EXPECT_EQ(why_forbidden(file, to), "");
  file.printed_version = "v1.9.0";
  EXPECT_EQ(why_forbidden(file, to), "");
  file.printed_version = "v2.1.0";
  EXPECT_THAT(why_forbidden(file, to), EndsWith("to v2.0.0 one upgrades from >=v1.0.0 <v2.0.0, and made is v2.1.0"));
  EXPECT_EQ(why_forbidden(to, file), "") << "nobody says from where";
}

TEST_F(ReleasePathTest, HasNoPlaceForWhatIsNoVersion) {
  EXPECT_THAT(why(on_the_way("dev", "")), EndsWith("and dev is dev"));
  EXPECT_EQ(why(on_the_way("dev", "v1.0.0")), "");
}

TEST_F(ReleasePathTest, SaysWhereARangeIsNone) {
  write(">=1.x");
  EXPECT_EQ(made::trouble_of([&] { why(); }),
            manifest_.string() + ":9:11: releases.v2.0.0.from: expected a range of versions such as `>=v1.0.0 <v2.0.0 || =v2.1.0`, found `>=1.x`");
}

TEST_F(ReleasePathTest, IsNotThatOfAScenarioForOthers) {
  auto s = on_the_way("", "");
  s.meant_for.from = *VersionRange::parse(">=v1.0.0"), s.meant_for.to = *VersionRange::parse("<v3");
  EXPECT_EQ(why_unfit(s, profile_), "");
  s.meant_for.from = *VersionRange::parse(">=v1.1.0");
  EXPECT_EQ(why_unfit(s, profile_), "it is meant for releases from >=v1.1.0, and v1.0.0 is v1.0.0");
  s.releases.from = release_choice("./made");
  EXPECT_EQ(why_unfit(s, profile_), "") << "nobody knows yet";
  s.meant_for.to = *VersionRange::parse(">=v3");
  EXPECT_EQ(why_unfit(s, profile_), "it is meant for releases to >=v3, and v2.0.0 is v2.0.0");
}

TEST_F(ReleasePathTest, OfAScenarioIsReadAtItsLine) {
  const auto page = [&](const std::string& range) {
    return folder_.write("s.yaml", "title: t\nrunbook: r\nfor: {from: \"" + range + "\"}\nupgrade: {kind: chain}\nafter: [network-verification]\n");
  };
  EXPECT_EQ(read_scenario(page(">=v1 <v2")).meant_for.from.text(), ">=v1 <v2");
  EXPECT_THAT(made::trouble_of([&] { read_scenario(page("v1 - v2")); }), HasSubstr("s.yaml:3:13: for.from: expected a range of versions"));
}

}  // namespace
}  // namespace rehearse
