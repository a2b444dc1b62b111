// What is written can be read again, and says no more than it has to.
#include "localnet/base/encode.h"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

struct Bell {
  std::string tone;
  Duration lasts{std::chrono::seconds(2)};
  std::vector<std::string> near;
};
template <class V>
void describe(V& v, Bell& b) {
  v.required("tone", b.tone, "");
  v.optional("lasts", b.lasts, "");
  v.optional("near", b.near, "");
}
void take_word(Bell& b, const std::string& tone) { b.tone = tone; }
std::string word_of(const Bell& b) { return b.near.empty() && b.lasts.seconds() == 2 ? b.tone : ""; }

nlohmann::ordered_json json(const char* text) { return nlohmann::ordered_json::parse(text); }

TEST(Encode, WritesWhatIsNotAsItIsAnyway) {
  EXPECT_EQ(encode(Bell{"a", Duration{std::chrono::milliseconds(2500)}, {}}), json(R"({"tone": "a", "lasts": "2500ms"})"));
  EXPECT_EQ(encode(Bell{"a", {std::chrono::seconds(2)}, {"b"}}), json(R"({"tone": "a", "near": ["b"]})"));
}

TEST(Encode, KeepsTheOneWordOfWhatHasOne) { EXPECT_EQ(encode(std::vector<Bell>{{"a", {std::chrono::seconds(2)}, {}}}), json(R"(["a"])")); }

TEST(Encode, QuotesTextThatYamlWouldReadAsSomethingElse) {
  const auto all = json(R"({"number": "1000", "real": 1000, "no": "no", "true": "true", "empty": "", "colon": "a: b", "anchor": "*x", "tag": "!y", "brace": "{x}", "version": "1.10",
                            "deep": {"er": {"number": "7", "list": ["1", 1, true]}}, "maps": [{"a": "1"}]})");
  EXPECT_EQ(to_json(YAML::Load(to_yaml(all))), nlohmann::json::parse(all.dump())) << to_yaml(all);
}

}  // namespace
}  // namespace rehearse
