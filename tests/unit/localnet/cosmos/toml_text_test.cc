#include "localnet/cosmos/toml_text.h"

#include <gmock/gmock.h>

#include "localnet/base/error.h"

namespace rehearse {
namespace {

std::string after_set(const std::string& text, const std::string& key, const nlohmann::json& value) {
  TomlText toml(text, "app.toml");
  toml.set(key, value);
  return toml.text();
}

TEST(TomlText, SetsAValueWhereItStands) {
  EXPECT_EQ(after_set("# top\na = 'x' # why\n[b]\nq=5\n", "a", "y\"z"), "# top\na = \"y\\\"z\" # why\n[b]\nq=5\n");
  EXPECT_EQ(after_set("[b]\nq=5\n", "b.q", 6), "[b]\nq=6\n");
  EXPECT_EQ(after_set("[b.c]\nl = [1,\n  2] # two\n", "b.c.l", nlohmann::json::array({"s"})), "[b.c]\nl = [\"s\"] # two\n");
  EXPECT_EQ(after_set("a = \"\"\"\nlong\"\"\"\nb = 1\n", "a", "short"), "a = \"short\"\nb = 1\n");
}

TEST(TomlText, CountsCharactersNotBytes) {
  EXPECT_EQ(after_set("a = {b = \"äöü\", c = 1}\n", "a.c", 2), "a = {b = \"äöü\", c = 2}\n");
}

TEST(TomlText, AddsAKeyToItsTable) {
  EXPECT_EQ(after_set("[b]\nq=5\n", "top", true), "top = true\n[b]\nq=5\n");
  EXPECT_EQ(after_set("[b]\nq=5\n[c]\n", "b.new", 1), "[b]\nnew = 1\nq=5\n[c]\n");
  EXPECT_EQ(after_set("[b]", "b.new", 1), "[b]\nnew = 1\n");
  EXPECT_EQ(after_set("[b.c]\nq=5", "b.new", 1), "[b.c]\nq=5\n\n[b]\nnew = 1\n");
  EXPECT_EQ(after_set("", "n.m", "v"), "\n[n]\nm = \"v\"\n");
}

TEST(TomlText, WhatItWritesIsRead) {
  std::string text = "a = 1\n[b.c]\nq = 5\n";
  for (const auto key : {"a", "b.c.q", "b.x", "n.m", "z"}) text = after_set(text, key, "v");
  EXPECT_THAT(toml_keys(text), testing::ElementsAre("a", "b.c.q", "b.x", "n.m", "z"));
}

TEST(TomlText, NamesTheLineThatIsNoToml) {
  try {
    TomlText("a = 1\nb = = 2\n", "app.toml");
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::StartsWith("app.toml:2: no TOML: "));
  }
}

}  // namespace
}  // namespace rehearse
