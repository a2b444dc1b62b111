// Versions in the order of semver.org, and which of them a range has.
#include "localnet/base/version_range.h"

#include <gtest/gtest.h>

#include <random>

#include "localnet/base/decode.h"
#include "localnet/base/encode.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

Version version(const std::string& text) {
  const auto v = parse_version(text);
  EXPECT_TRUE(v) << text;
  return v.value_or(Version());
}
bool has(const std::string& range, const std::string& text) {
  const auto r = VersionRange::parse(range);
  EXPECT_TRUE(r) << range;
  return r && r->includes(version(text));
}

TEST(Version, IsInTheOrderOfItsNumbersAndPrereleases) {
  const std::vector<std::string> in_order = {"v0.9.9", "1.0.0-alpha", "v1.0.0-alpha.1", "1.0.0-alpha.2", "1.0.0-alpha.11", "1.0.0-alpha.beta", "1.0.0-beta",
                                             "1.0.0-rc.99999999999999999999", "1.0.0-rc.100000000000000000000", "1.0.0-rc-1", "v1", "v1.0.1", "v1.2", "v1.10.0", "v2.0.0-0", "v2"};
  for (std::size_t i = 0; i < in_order.size(); ++i)
    for (std::size_t j = 0; j < in_order.size(); ++j) EXPECT_EQ(version(in_order[i]) <=> version(in_order[j]), i <=> j) << in_order[i] << " " << in_order[j];
}

TEST(Version, MayLeaveOutWhatIs0) {
  EXPECT_EQ(version("v1"), version("1.0.0"));
  EXPECT_EQ(version("1.2"), version("v1.2.0"));
  EXPECT_EQ(version("v1.2.3+build.7"), version("v1.2.3"));
  EXPECT_EQ(version("v1-rc.1"), version("v1.0.0-rc.1"));
}

TEST(Version, IsNotJustAnyText) {
  for (const char* text : {"", "v", "vv1", "boreal", "1.", ".1", "1.2.3.4", "01.0.0", "1.x", "-1", "1.0.0-", "1.0.0-a..b", "1.0.0-01", "1.0.0-a_b", " 1.0.0", "1.0.0 ",
                           "99999999999999999999.0.0", "V1.0.0"})
    EXPECT_FALSE(parse_version(text)) << text;
}

TEST(VersionRange, HasWhatEachComparisonHas) {
  EXPECT_TRUE(has(">=v1.0.0 <v2.0.0", "v1.0.0"));
  EXPECT_TRUE(has(">=v1.0.0 <v2.0.0", "1.9.9"));
  EXPECT_FALSE(has(">=v1.0.0 <v2.0.0", "v2.0.0"));
  EXPECT_FALSE(has(">=v1.0.0 <v2.0.0", "v1.0.0-rc.1"));
  EXPECT_TRUE(has(">=v1.0.0 <v2.0.0", "v2.0.0-rc.1")) << "it comes before v2.0.0";
  EXPECT_TRUE(has(">1 <=1.2", "v1.2.0"));
  EXPECT_FALSE(has(">1 <=1.2", "v1"));
  EXPECT_TRUE(has("=v1.0.1", "1.0.1"));
  EXPECT_FALSE(has("=v1.0.1", "v1.0.2"));
}

TEST(VersionRange, HasWhatOneOfItsPartsHas) {
  const std::string range = "=v1.0.1 || >= v1.2.0 <v1.3.0||=v3";
  for (const char* text : {"v1.0.1", "v1.2.7", "v3.0.0"}) EXPECT_TRUE(has(range, text)) << text;
  for (const char* text : {"v1.0.0", "v1.1.0", "v1.3.0", "v3.0.1"}) EXPECT_FALSE(has(range, text)) << text;
}

TEST(VersionRange, ThatIsLeftOutHasEveryVersion) {
  EXPECT_TRUE(VersionRange().includes(version("v0")));
  EXPECT_TRUE(VersionRange().empty());
}

TEST(VersionRange, IsNotJustAnyText) {
  for (const char* text : {"", " ", "v1.0.0", ">=", ">=boreal", ">=v1.0.0,<v2.0.0", ">=v1.0.0 ||", "|| =v1", "=>v1", "^1.0", ">=v1 | <v2", ">=v1.0.0 && <v2.0.0"})
    EXPECT_FALSE(VersionRange::parse(text)) << text;
}

// Of few numbers, so that they meet.
Version any_version(std::mt19937& random) {
  static const std::vector<std::vector<std::string>> prereleases = {{}, {}, {"1"}, {"2"}, {"a"}, {"a", "1"}, {"b"}};
  return {random() % 3, random() % 3, random() % 3, prereleases[random() % prereleases.size()]};
}
std::string written(const Version& v) {
  auto text = "v" + std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch);
  for (std::size_t i = 0; i < v.prerelease.size(); ++i) text += (i ? "." : "-") + v.prerelease[i];
  return text;
}

TEST(VersionRange, IsWhatItsOrderSays) {
  std::mt19937 random(1);
  for (int i = 0; i < 3'000; ++i) {
    const auto a = any_version(random), b = any_version(random), v = any_version(random);
    ASSERT_EQ(version(written(v)), v);
    ASSERT_EQ((a < b) + (b < a) + (a == b), 1) << written(a) << " " << written(b);
    ASSERT_TRUE(!(a < b && b < v) || a < v) << written(a) << " " << written(b) << " " << written(v);
    ASSERT_EQ(has(">=" + written(a) + " <" + written(b), written(v)), a <= v && v < b);
    ASSERT_EQ(has("<" + written(a) + " || >" + written(a), written(v)), !has("=" + written(a), written(v)));
  }
}

struct Entry {
  VersionRange from;
};
template <class V>
void describe(V& v, Entry& e) {
  describe_range(v, "from", e.from, "from where");
}

TEST(VersionRange, IsReadAndWrittenAsAnyKey) {
  const auto read = [](const std::string& text) { return decode<Entry>(YAML::Load(text), std::string("r.yaml")); };
  EXPECT_EQ(read("from: '>=v1 <v2'").from.text(), ">=v1 <v2");
  EXPECT_TRUE(read("from: '>=v1 <v2'").from.includes(version("v1.5")));
  EXPECT_TRUE(read("{}").from.empty());
  EXPECT_EQ(encode(read("from: '>=v1'")).dump(), R"({"from":">=v1"})");
  EXPECT_EQ(encode(Entry()).dump(), "{}");
  EXPECT_EQ(made::trouble_of([&] { read("\nfrom: 1.x"); }), "r.yaml:2:7: from: expected a range of versions such as `>=v1.0.0 <v2.0.0 || =v2.1.0`, found `1.x`");
}

}  // namespace
}  // namespace rehearse
