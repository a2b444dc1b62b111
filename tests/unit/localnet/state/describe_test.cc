#include "localnet/state/describe.h"

#include <gmock/gmock.h>

#include "localnet/state/wire.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using namespace std::string_literals;

TEST(DescribeState, ShowsTextOrHex) {
  EXPECT_EQ(describe_bytes("params"), "\"params\"");
  EXPECT_EQ(describe_bytes(""), "\"\"");
  EXPECT_EQ(describe_bytes("\x02\x14 ab"), "0x0214206162");
  EXPECT_EQ(describe_bytes("half \xc3"), "0x68616c6620c3");
}

TEST(DescribeState, SetsTheCommonPrefixApart) {
  const auto keys = describe_keys({"\x02\x14""aa", "\x02\x14""b\1", "\x02\x14"});
  EXPECT_EQ(keys.prefix, "0x0214");
  EXPECT_THAT(keys.rest, ElementsAre("\"aa\"", "0x6201", "\"\""));
}

TEST(DescribeState, SetsANameApartFromTheByteBeforeIt) {
  EXPECT_THAT(describe_keys({"\x02""epochs", "\x03""ab", "\x02\1""epochs"}).rest,
              ElementsAre("0x02 \"epochs\"", "0x036162", "0x020165706f636873"));
}

TEST(DescribeState, HasNoPrefixWhereNothingIsInCommon) {
  EXPECT_EQ(describe_keys({"a", "b"}).prefix, "");
  EXPECT_EQ(describe_keys({"alone"}).prefix, "");
  EXPECT_THAT(describe_keys({"alone"}).rest, ElementsAre("\"alone\""));
  EXPECT_THAT(describe_keys({}).rest, ElementsAre());
}

TEST(DescribeState, ShowsTheFieldsOfAMessage) {
  EXPECT_EQ(describe_value("100"), "\"100\"");
  EXPECT_EQ(describe_value("\n\x03uve\x10\x64"), "{1: \"uve\", 2: 100}");
  EXPECT_EQ(describe_value("\x1a\x04\n\x02\x1b\1"), "{3: {1: 0x1b01}}");
  EXPECT_EQ(describe_value("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "{1: -1}");
  EXPECT_EQ(describe_value("\x0d\x01\0\0\0\x11\x02\0\0\0\0\0\0\0"s), "{1: 1, 2: 2}");
}

TEST(DescribeState, ShowsHexOfWhatIsNotWhollyAMessage) {
  EXPECT_EQ(describe_value("\n\x03uve\x10"), "0x0a0375766510");   // a number is missing
  EXPECT_EQ(describe_value("\0\0\0\0\0\0\0\x14"s), "0x0000000000000014");  // field 0
  EXPECT_EQ(describe_value("\n\x7f!\1"), "0x0a7f2101");           // longer than all of it
  EXPECT_EQ(describe_value("\x0b\x0c"), "0x0b0c");                // a group
}

TEST(DescribeState, SaysHowLongAValueIsThatWasCut) {
  EXPECT_EQ(describe_value("\n\x03uve", 5000), "0x0a03757665... (5000 bytes)");
  EXPECT_EQ(describe_value("abc", 5000), "\"abc\"... (5000 bytes)");
}

TEST(DescribeState, EndsInAMessageThatNestsForEver) {
  std::string deep = "\1";
  for (int i = 0; i < 60; ++i) deep = "\n"s + static_cast<char>(deep.size()) + deep;
  EXPECT_LT(describe_value(deep).size(), 1000u);
}

}  // namespace
}  // namespace rehearse
