#include "reports/text.h"

#include <gtest/gtest.h>

#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_record.h"

namespace rehearse::reports {
namespace {

using namespace std::string_literals;

TEST(Clean, RemovesEscapeSequences) {
  EXPECT_EQ(clean("\x1b[31mred\x1b[0m"), "red");
  EXPECT_EQ(clean("\x1b]0;title\x07rest"), "rest");
  EXPECT_EQ(clean("\x1b]8;;http://x\x1b\\link"), "link");
  EXPECT_EQ(clean("\x1b(Bplain\x1b\x37"), "plain");
  EXPECT_EQ(clean("\xC2\x9B"
                  "31mred"),
            "red");  // C1 CSI
  EXPECT_EQ(clean("a\x1b"), "a");
}

TEST(Clean, ATornSequenceDoesNotSwallowWhatFollows) {
  EXPECT_EQ(clean("\x1b]never ended"), "never ended");
  EXPECT_EQ(clean("\x1b[31\nnext"), "\nnext");
  EXPECT_EQ(clean("\x1b\x1b[1mx"), "x");
  EXPECT_EQ(clean("\x1bPdata\nnext line"), "data\nnext line");
}

TEST(Clean, KeepsTextAndLines) {
  EXPECT_EQ(clean("tab\tline\nnext"), "tab\tline\nnext");
  EXPECT_EQ(clean("a\r\nb\rc"), "a\nb\nc");
  EXPECT_EQ(clean("Zürich \xF0\x9F\x98\x80"), "Zürich \xF0\x9F\x98\x80");
}

TEST(Clean, ReplacesWhatIsNoUtf8) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(clean("a\xFF"
                  "b"),
            "a" + r + "b");
  EXPECT_EQ(clean("\xC0\xAF"), r + r);                  // overlong
  EXPECT_EQ(clean("\xED\xA0\x80"), r + r + r);          // a surrogate
  EXPECT_EQ(clean("\xF4\x90\x80\x80"), r + r + r + r);  // beyond U+10FFFF
  EXPECT_EQ(clean("cut \xE2\x82"), "cut " + r + r);
}

TEST(Clean, RemovesWhatXmlForbids) {
  EXPECT_EQ(clean("a\0b\x01\x0b\x7f"
                  "c"s),
            "abc");
  EXPECT_EQ(clean("\xEF\xBF\xBE\xEF\xBF\xBFx"), "x");
  EXPECT_EQ(clean("\xE2\x80\xAE"
                  "evil"),
            "evil");
  EXPECT_TRUE(made::is_harmless(clean(made::hostile())));
}

TEST(Clip, CutsBetweenCodePointsAndSaysHowMuch) {
  EXPECT_EQ(clip("short", 10), "short");
  EXPECT_EQ(clip("abcdef", 4), "abcd… (2 more bytes)");
  EXPECT_EQ(clip("ab\xF0\x9F\x98\x80", 4), "ab… (4 more bytes)");
}

TEST(OneLine, JoinsBlanks) {
  EXPECT_EQ(one_line("  a\r\n\t b  "), "a b");
  EXPECT_EQ(one_line(""), "");
}

TEST(Html, EscapesText) {
  EXPECT_EQ(html("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
}

}  // namespace
}  // namespace rehearse::reports
