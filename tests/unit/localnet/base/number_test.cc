#include "localnet/base/number.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <vector>

#include "localnet/base/json.h"

namespace rehearse {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

TEST(Number, TextIsANumberAsAWholeOrNotAtAll) {
  EXPECT_EQ(whole_number<int>("-12"), -12);
  EXPECT_EQ(whole_number<std::uint64_t>("18446744073709551615"), UINT64_MAX);
  for (const char* none : {"", " 1", "1 ", "+1", "1.5", "0x1", "8e28", "99999999999999999999"})
    EXPECT_FALSE(whole_number<std::int64_t>(none)) << none;
  EXPECT_FALSE(whole_number<std::uint8_t>("256"));
  EXPECT_FALSE(whole_number<unsigned>("-1"));
}

template <class T>
std::string refused(const char* text) {
  try {
    Json::parse(text).get<T>();
    return "";
  } catch (const std::exception& e) {
    return e.what();
  }
}

TEST(Number, JsonThatDoesNotFitIsAnError) {
  EXPECT_THAT(refused<std::int64_t>("8e28"), HasSubstr("8e+28 is no whole number of that size"));
  EXPECT_NE(refused<std::int64_t>("9223372036854775808"), "");
  EXPECT_NE(refused<std::int64_t>("-1e19"), "");
  EXPECT_NE(refused<std::uint64_t>("-1"), "");
  EXPECT_NE(refused<std::uint64_t>("1.8446744073709552e19"), "");
  EXPECT_NE(refused<int>("1e12"), "");
  EXPECT_NE(refused<int>("2147483648"), "");
  EXPECT_NE(refused<std::uint8_t>("300"), "");
  EXPECT_NE(refused<int>("1.5"), "");
  EXPECT_NE(refused<int>("true"), "");
  EXPECT_NE(refused<int>("\"1\""), "");
  EXPECT_NE(refused<std::vector<int>>("[1, 1e12]"), "");
}

TEST(Number, JsonThatFitsIsRead) {
  EXPECT_EQ(Json::parse("9223372036854775807").get<std::int64_t>(), INT64_MAX);
  EXPECT_EQ(Json::parse("-9223372036854775808").get<std::int64_t>(), INT64_MIN);
  EXPECT_EQ(Json::parse("18446744073709551615").get<std::uint64_t>(), UINT64_MAX);
  EXPECT_EQ(Json::parse("1e3").get<int>(), 1000);
  EXPECT_EQ(Json::parse("{\"a\": 2}").value("a", 0), 2);
  EXPECT_EQ(Json(UINT64_MAX).dump(), "18446744073709551615");
  EXPECT_EQ(Json::parse("2.5").get<double>(), 2.5);
}

}  // namespace
}  // namespace rehearse
