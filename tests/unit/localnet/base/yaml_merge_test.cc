// One YAML document on top of another: what is merged, what lists say, and where a value of two files stands.
#include "localnet/base/yaml_merge.h"

#include <gtest/gtest.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

class YamlMerge : public testing::Test {
 protected:
  YAML::Node merged(const std::string& base, const std::string& over) {
    source_ = Source();
    const auto top = read_yaml(folder_.write("over.yaml", over), source_);
    return merge_yaml(read_yaml(folder_.write("base.yaml", base), source_), top, source_);
  }
  std::string text(const std::string& base, const std::string& over) { return to_json(merged(base, over)).dump(); }
  std::string trouble(const std::string& base, const std::string& over) {
    const auto said = made::trouble_of([&] { merged(base, over); });
    return said.substr(said.rfind('/') + 1);
  }
  made::TempFolder folder_;
  Source source_;
};

TEST_F(YamlMerge, GoesKeyByKeyThroughMappings) {
  EXPECT_EQ(text("a: {b: 1, c: {d: 2, e: 3}}\nf: 4", "a: {c: {d: 5}, g: 6}"), R"({"a":{"b":1,"c":{"d":5,"e":3},"g":6},"f":4})");
  EXPECT_EQ(text("a: {b: 1}", "a: word"), R"({"a":"word"})") << "whoever decodes it says what it should be";
}

TEST_F(YamlMerge, LeavesOutWhatIsNullWithinASection) {
  EXPECT_EQ(text("a: {b: 1, c: {d: 2}}", "a: {c: null}"), R"({"a":{"b":1}})");
  EXPECT_EQ(text("a: {b: [1]}\nc: 1", "a: {b: ~}\nc:"), R"({"a":{},"c":null})") << "a section that was left empty is no wish";
}

TEST_F(YamlMerge, AddsToAListOrReplacesIt) {
  EXPECT_EQ(text("a: [1, 2]", "a: {add: [3]}"), R"({"a":[1,2,3]})");
  EXPECT_EQ(text("a: [1, 2]", "a: {replace: [3]}"), R"({"a":[3]})");
  EXPECT_EQ(text("b: 1", "a: [3]"), R"({"a":[3],"b":1})") << "where the base has none, it is a list";
}

TEST_F(YamlMerge, WantsToKnowWhichOfTheTwo) {
  EXPECT_EQ(trouble("a: {b: [1]}", "x: 1\na: {b: [3]}"),
            "over.yaml:2:8: a.b: the base has a list here: say `add: [...]`, or `replace: [...]`");
  for (const char* wrong : {"{add: [1], replace: [2]}", "{append: [1]}", "{add: 1}"})
    EXPECT_EQ(trouble("a: [1]", "a: " + std::string(wrong)),
              "over.yaml:1:4: a: the base has a list here: expected `add: [...]`, or `replace: [...]`");
}

TEST_F(YamlMerge, KnowsTheFileAndLineOfEachValue) {
  const auto all = merged("# a comment\na: {b: 1}\nc: [1]", "a:\n  d: 2\nc: {add: [2]}\n");
  const auto place = [&](const YAML::Node& n) {
    const auto where = source_.where(n.Mark());
    return where.substr(where.rfind('/') + 1);
  };
  EXPECT_EQ(place(all["a"]["b"]), "base.yaml:2:8");
  EXPECT_EQ(place(all["a"]["d"]), "over.yaml:2:6");
  EXPECT_EQ(place(all["c"][0]), "base.yaml:3:5");
  EXPECT_EQ(place(all["c"][1]), "over.yaml:3:11");
  EXPECT_EQ(place(all["a"]), "over.yaml:2:3");
}

TEST_F(YamlMerge, IsWrittenAsItWasRead) {
  const char* text = "a: 'it''s'\nb: \"12\"\nc: 12\nd: [1, \"two \\n\"]\ne: [{f: [], g: {}, h: ~}]\ni: '^\\s*}: (.*)'\n\"@type\": /x.Y\nk: '#'\n";
  const auto read = YAML::Load(text);
  const auto again = YAML::Load(write_yaml(read));
  EXPECT_EQ(to_json(again).dump(), to_json(read).dump());
}

TEST_F(YamlMerge, IsWrittenWithThePlaceOfEachValue) {
  const auto all = merged("a: {b: [1, 2]}\n", "c: 'x'\n");
  const auto text = write_yaml(all, &source_);
  EXPECT_EQ(to_json(YAML::Load(text)).dump(), to_json(all).dump());
  EXPECT_NE(text.find("c: 'x'  # " + (folder_ / "over.yaml").string() + ":1:1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("b: [1, 2]  # " + (folder_ / "base.yaml").string() + ":1:5\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace rehearse
