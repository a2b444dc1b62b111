// A node's log: whole lines with their place while the file grows, and what the profile's patterns see in
// them.
#include "localnet/base/text.h"
#include "localnet/network/node_log.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Line {
  std::string text;
  std::int64_t offset, number;
  bool operator==(const Line&) const = default;
};
void PrintTo(const Line& l, std::ostream* out) {
  *out << "{" << l.text.substr(0, 60) << " @" << l.offset << " #" << l.number << "}";
}

class LogFile : public testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(file_, std::ios::app | std::ios::binary) << text; }
  // What reading now delivers.
  std::vector<Line> read(bool last = false) {
    lines_.clear();
    follower_.read(last);
    return lines_;
  }

  made::TempFolder folder_;
  std::filesystem::path file_ = folder_ / "node.log";
  std::vector<Line> lines_;
  LogFollower follower_{file_, [this](const std::string& text, std::int64_t offset, std::int64_t number) {
                          lines_.push_back({text, offset, number});
                        }};
};

TEST_F(LogFile, MayNotExistYet) {
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(read(true), IsEmpty());
  write("one\n");
  EXPECT_THAT(read(), ElementsAre(Line{"one", 0, 1}));
}

TEST_F(LogFile, GoesOnBehindWhatIsSkipped) {
  write("of another\nrun\n");
  follower_.skip();
  EXPECT_THAT(read(), IsEmpty());
  write("own\n");
  EXPECT_THAT(read(), ElementsAre(Line{"own", 15, 3}));
}

TEST_F(LogFile, DeliversEachLineOnceWithItsPlace) {
  write("one\n\nthree\n");
  EXPECT_THAT(read(), ElementsAre(Line{"one", 0, 1}, Line{"", 4, 2}, Line{"three", 5, 3}));
  EXPECT_THAT(read(), IsEmpty());
  write("four\n");
  EXPECT_THAT(read(), ElementsAre(Line{"four", 11, 4}));
}

TEST_F(LogFile, WaitsForTheEndOfALine) {
  write("one\ntw");
  EXPECT_THAT(read(), ElementsAre(Line{"one", 0, 1}));
  write("o");
  EXPECT_THAT(read(), IsEmpty());
  write("\nthree\n");
  EXPECT_THAT(read(), ElementsAre(Line{"two", 4, 2}, Line{"three", 8, 3}));
}

TEST_F(LogFile, DeliversTheLastLineWithoutAnEndWhenNothingFollows) {
  write("one\ntwo");
  EXPECT_THAT(read(true), ElementsAre(Line{"one", 0, 1}, Line{"two", 4, 2}));
  EXPECT_THAT(read(true), IsEmpty());
}

// A killed node leaves half a line, and the next process appends to it.
TEST_F(LogFile, KeepsCountWhenSomethingFollowsALastLineAfterAll) {
  write("one\ntwo");
  read(true);
  write(" and more\nthree\n");
  EXPECT_THAT(read(), ElementsAre(Line{" and more", 7, 2}, Line{"three", 17, 3}));
}

TEST_F(LogFile, CutsAVeryLongLineAndKeepsCount) {
  constexpr std::int64_t kLong = 1'000'000;
  write("one\n" + std::string(kLong, 'x') + "\nthree\n");
  const auto lines = read();
  ASSERT_GT(lines.size(), 3u) << "it is cut";
  EXPECT_EQ(lines.front(), (Line{"one", 0, 1}));
  EXPECT_EQ(lines.back(), (Line{"three", 4 + kLong + 1, 3}));
  std::int64_t offset = 4;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    EXPECT_EQ(lines[i].number, 2);
    EXPECT_EQ(lines[i].offset, offset);
    offset += static_cast<std::int64_t>(lines[i].text.size());
  }
  EXPECT_EQ(offset, 4 + kLong) << "nothing is lost";
}

TEST_F(LogFile, CountsBytesOfTheFileNotOfWhatIsShown) {
  write("\x1b[31mred\x1b[0m\r\nnext\n");
  EXPECT_THAT(read(), ElementsAre(Line{"red", 0, 1}, Line{"next", 14, 2}));
}

TEST(Printable, RemovesEscapesAndControlCharacters) {
  EXPECT_EQ(printable("plain text"), "plain text");
  EXPECT_EQ(printable("\x1b[1;31mERR\x1b[0m no"), "ERR no");
  EXPECT_EQ(printable(std::string("a\0b\x07\x08\x7f"
                                  "c\r\n",
                                  9)),
            "abc");
  EXPECT_EQ(printable("a\tb"), "a\tb");
  EXPECT_EQ(printable_lines("\x1b[1;31ma\nb\x07"), "a\nb");
  EXPECT_EQ(printable("\x1b"), "");
  EXPECT_EQ(printable("a\x1b["), "a");
  EXPECT_EQ(printable("a\x1b[12"), "a") << "an escape that is cut off";
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

const LogMatcher& matcher() {
  static const LogMatcher made({{"needed", R"re(UPGRADE "([^"]+)" NEEDED at height: (\d+))re"},
                                {"upgrade", "UPGRADE"},
                                {"panic", "^panic: (.*)"},
                                {"maybe", "either(?:(one)|(two))"}});
  return made;
}

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> found;
  for (const auto& m : matcher().match(text)) found.push_back(m.pattern);
  return found;
}

TEST(LogMatcher, CapturesWhatThePatternNames) {
  const auto found =
      matcher().match(R"(2:27PM ERR UPGRADE "v2.0.0" NEEDED at height: 40: info module=x/upgrade)");
  ASSERT_EQ(found.size(), 2u) << "every pattern that matches";
  EXPECT_EQ(found[0].pattern, "needed");
  EXPECT_THAT(found[0].captures, ElementsAre("v2.0.0", "40"));
  EXPECT_TRUE(found[0].error);
  EXPECT_EQ(found[1].pattern, "upgrade");
  EXPECT_THAT(found[1].captures, IsEmpty());
}

TEST(LogMatcher, LeavesAGroupThatTookNoPartEmpty) {
  ASSERT_EQ(matcher().match("eithertwo").size(), 1u);
  EXPECT_THAT(matcher().match("eithertwo")[0].captures, ElementsAre("", "two"));
}

TEST(LogMatcher, SeesNothingInMostLines) {
  EXPECT_THAT(names_in("2:27PM INF committed state height=12 module=state"), IsEmpty());
  EXPECT_THAT(names_in(""), IsEmpty());
  EXPECT_THAT(names_in("not at the start: panic: no"), IsEmpty());
}

TEST(LogMatcher, KnowsTheErrorLevelOfPlainAndJsonLogs) {
  EXPECT_THAT(names_in("2:27PM ERR dialing failed module=p2p"), ElementsAre("error"));
  EXPECT_THAT(names_in(R"({"level":"error","module":"p2p","message":"dialing failed"})"),
              ElementsAre("error"));
  EXPECT_THAT(names_in("2:27PM INF about an ERR in the text"), IsEmpty());
  EXPECT_THAT(names_in(R"({"level":"info","message":"no error"})"), IsEmpty());
}

TEST(LogMatcher, TellsTheLevelOfALineThatMatches) {
  EXPECT_FALSE(matcher().match("panic: runtime error").at(0).error);
  EXPECT_TRUE(matcher().match("2:27PM ERR UPGRADE").at(0).error);
  EXPECT_TRUE(matcher().match("2:27PM ERR dialing failed").at(0).error);
}

TEST(LogMatcher, NeedsNoPatterns) {
  const LogMatcher none({});
  EXPECT_THAT(none.match("anything"), IsEmpty());
  EXPECT_EQ(none.match("2:27PM ERR anything").size(), 1u);
}

TEST(LogMatcher, TakesBytesThatAreNotUtf8) { EXPECT_THAT(names_in("panic: \xff\xfe"), ElementsAre("panic")); }

}  // namespace
}  // namespace rehearse
