// Which release a word of the command line means.
#include "harness/spec/releases.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

constexpr const char* kManifest = R"(
archive: made_linux.tar.gz
binary: maded
source: chain
build: {anything: [it likes]}
releases:
  v1:
    version: v1.0.0
  v2-bad:
    version: v2.0.0
    plan: v2
    module_versions: {bank: 4, gov: 5}
    cause: app-hash-divergence
    role: hotfix
    environment: {who: smallest, set: {FAULT: write}}
)";

class ReleasesTest : public testing::Test {
 protected:
  Release find(const std::string& text) { return find_release(text, manifest_, folder_ / "built"); }
  std::string trouble(const std::string& text) {
    return made::trouble_of([&] { find(text); });
  }

  made::TempFolder folder_;
  std::filesystem::path manifest_ = folder_.write("made-releases.yaml", kManifest);
  std::filesystem::path binary_ = folder_.script("dir/maded", "");
};

TEST_F(ReleasesTest, FindsAReleaseByItsName) {
  const auto r = find("v2-bad");
  EXPECT_EQ(r.name, "v2-bad");
  EXPECT_EQ(r.version, "v2.0.0");
  EXPECT_EQ(r.plan, "v2");
  EXPECT_EQ(r.archive, folder_ / "built/made-releases/v2-bad/made_linux.tar.gz");
  EXPECT_EQ(r.module_versions, (std::map<std::string, std::int64_t>{{"bank", 4}, {"gov", 5}}));
  EXPECT_EQ(r.environment.who, WhichNodes::smallest);
  EXPECT_EQ(r.environment.set.at("FAULT"), "write");
  EXPECT_FALSE(r.verified()) << "nothing is opened yet";
}

TEST_F(ReleasesTest, TellsAFileOrAUrlFromAName) {
  for (const char* text : {"./maded", "dir/maded", "v2=maded", "https://example.org/maded?checksum=sha256:00", "v2=https://example.org/maded"}) EXPECT_TRUE(is_given(text)) << text;
  for (const char* text : {"", "v1", "v2-bad", "role:patch"}) EXPECT_FALSE(is_given(text)) << text;
}

TEST_F(ReleasesTest, FindsAReleaseByWhatItIsFor) {
  EXPECT_EQ(find_release(release_choice("role:hotfix"), manifest_, folder_ / "built").name, "v2-bad");
  EXPECT_EQ(find_release(release_choice("fails:app-hash-divergence"), manifest_, folder_ / "built").name, "v2-bad");
  EXPECT_EQ(find_release(release_choice("v1"), manifest_, folder_ / "built").name, "v1");
  EXPECT_EQ(release_for(release_choice("role:patch"), manifest_), "");
  EXPECT_THAT(made::trouble_of([&] { find_release(release_choice("role:patch"), manifest_, folder_ / "built"); }),
              HasSubstr("there is no patch release"));
}

TEST_F(ReleasesTest, LeavesOpenWhatTheManifestDoesNotSay) {
  const auto r = find("v1");
  EXPECT_EQ(r.plan, "");
  EXPECT_THAT(r.module_versions, IsEmpty());
  EXPECT_EQ(r.environment.who, WhichNodes::none);
}

TEST_F(ReleasesTest, TakesWhatAnUpgradeToItChangesOnPurpose) {
  folder_.write("made-releases.yaml", std::string(kManifest) + "    changes: {parameters: [staking.max_validators], supply: true}\n");
  const auto changes = find("v2-bad").changes;
  EXPECT_TRUE(announces(changes.parameters, "staking.max_validators"));
  EXPECT_TRUE(changes.supply);
  EXPECT_FALSE(find("v1").changes.supply);
}

TEST_F(ReleasesTest, SaysWhereAnAnnouncedChangeCannotBeOne) {
  folder_.write("made-releases.yaml", std::string(kManifest) + "    changes: {parameters: [max_validators]}\n");
  EXPECT_THAT(trouble("v2-bad"), HasSubstr("made-releases.yaml:16:28: changes: parameters: `max_validators` is not a module and its field"));
  folder_.write("made-releases.yaml", std::string(kManifest) + "    changes: {parametres: [a.b]}\n");
  EXPECT_THAT(trouble("v2-bad"), HasSubstr("parametres"));
}

TEST_F(ReleasesTest, TakesAPath) {
  const auto r = find(binary_.string());
  EXPECT_EQ(r.name, "maded");
  EXPECT_EQ(r.archive, binary_);
  EXPECT_EQ(r.plan, "");
  EXPECT_EQ(r.version, "") << "whatever it prints";
}

TEST_F(ReleasesTest, TakesAPlanWithAPath) {
  const auto r = find("v9=" + binary_.string());
  EXPECT_EQ(r.plan, "v9");
  EXPECT_EQ(r.archive, binary_);
}

TEST_F(ReleasesTest, NeedsNoManifestForAPath) {
  EXPECT_EQ(find_release(binary_.string(), folder_ / "none.yaml", folder_ / "built").archive, binary_);
}

TEST_F(ReleasesTest, SaysThatAFileIsMissing) {
  const auto none = (folder_ / "none.tar.gz").string();
  EXPECT_EQ(
      trouble(none),
      none + ": there is no such file; a release is a name, or the path or URL of an archive or binary");
  EXPECT_THAT(trouble("v9=none.tar.gz"), HasSubstr("none.tar.gz: there is no such file"));
  EXPECT_THAT(trouble(folder_.path().string()), HasSubstr("there is no such file"))
      << "a folder is no release";
}

TEST_F(ReleasesTest, TakesAUrlWithItsChecksum) {
  const std::string digits(63, 'a');
  const auto r = find("https://host/dist/made.tar.gz?checksum=sha256:" + digits + "B");
  EXPECT_EQ(r.name, "made.tar.gz");
  EXPECT_EQ(r.remote->url, "https://host/dist/made.tar.gz");
  EXPECT_EQ(r.remote->sha256, digits + "b");
  EXPECT_EQ(r.plan, "");
  const auto other = find("http://host/made?x=1&checksum=sha256:" + digits + "b&y=2#part");
  EXPECT_EQ(other.remote->url, "http://host/made?x=1&y=2");
  EXPECT_EQ(other.name, "made");
}

TEST_F(ReleasesTest, TakesAPlanWithAUrl) {
  const auto r = find("v9=http://host/made.zip?checksum=sha256:" + std::string(64, '0'));
  EXPECT_EQ(r.plan, "v9");
  EXPECT_EQ(r.remote->url, "http://host/made.zip");
}

TEST_F(ReleasesTest, RefusesAUrlWithoutAChecksum) {
  const std::string digits(64, '0'),
      lacks = ": a URL needs the checksum of what it gives, as URL?checksum=sha256:HEX";
  for (const std::string& url : std::initializer_list<std::string>{
           "https://host/made.zip", "https://host/made.zip?x=sha256:" + digits,
           "v9=https://host/made.zip?checksum=", "https://host/made.zip?checksum=sha256:" + digits + "0",
           "https://host/made.zip?checksum=sha256:" + digits.substr(1),
           "https://host/made.zip?checksum=sha256:" + digits.substr(1) + "x",
           "https://host/made.zip?checksum=md5:" + digits, "https://host/made.zip#checksum=sha256:" + digits})
    EXPECT_THAT(trouble(url), HasSubstr(lacks)) << url;
  EXPECT_EQ(
      trouble("ftp://host/made.zip?checksum=sha256:" + digits),
      "ftp://host/made.zip?checksum=sha256:" + digits + ": a release is fetched by http:// or https://");
  for (const char* url : {"https://host", "https://host/", "https://host/..", "https://host/..%2Fmade"})
    EXPECT_THAT(trouble(url + ("?checksum=sha256:" + digits)), HasSubstr(": the URL names no file"));
}

TEST_F(ReleasesTest, TellsCosmovisorWhereItIs) {
  Release r;
  r.url = "https://host/v2/made.zip";
  r.artifact.sha256 = "ab";
  EXPECT_THAT(
      plan_info(r),
      MatchesRegex(
          R"(\{"binaries":\{"linux/(amd|arm)64":"https://host/v2/made.zip\?checksum=sha256:ab"\}\})"));
}

TEST_F(ReleasesTest, SaysWhichReleasesThereAre) {
  EXPECT_EQ(trouble("v3"), "there is no release `v3` in " + manifest_.string() + "; there are v1, v2-bad");
  EXPECT_THAT(release_names(manifest_), ElementsAre("v1", "v2-bad"));
}

TEST_F(ReleasesTest, RefusesAManifestThatIsMalformed) {
  const auto with = [&](const std::string& entry) {
    folder_.write("made-releases.yaml",
                  "archive: a\nbinary: b\nreleases:\n  v1:\n    version: v1\n    " + entry);
    return trouble("v1");
  };
  EXPECT_EQ(with("plam: v2"),
            manifest_.string() + ":6:5: releases.v1: unknown key `plam`, did you mean `plan`?");
  EXPECT_EQ(with("environment: {who: largest, set: {}}"),
            manifest_.string() +
                ":6:24: releases.v1.environment.who: expected one of smallest, all; found `largest`");
  EXPECT_THAT(with("module_versions: {bank: four}"),
              HasSubstr(":6:29: releases.v1.module_versions.bank: expected"));
}

TEST_F(ReleasesTest, ReadsTheManifestsThatComeWithIt) {
  for (const char* name : {"releases.yaml", "stock-releases.yaml"})
    EXPECT_GE(release_names(std::filesystem::path(REHEARSE_SOURCE_DIR) / "fixtures" / name).size(), 2u)
        << name;
}

}  // namespace
}  // namespace rehearse
