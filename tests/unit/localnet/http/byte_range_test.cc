#include "localnet/http/byte_range.h"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

void expect(const char* header, bool partial, std::int64_t begin, std::int64_t end) {
  const auto r = parse_range(header, 1000);
  EXPECT_EQ(r.partial, partial) << header;
  EXPECT_EQ(r.begin, begin) << header;
  EXPECT_EQ(r.end, end) << header;
}

TEST(ByteRange, IsAPart) {
  expect("bytes=0-99", true, 0, 100);
  expect("bytes=100-", true, 100, 1000);
  expect("bytes=-100", true, 900, 1000);
  expect("bytes=999-999", true, 999, 1000);
}

TEST(ByteRange, EndsWithTheFile) {
  expect("bytes=900-5000", true, 900, 1000);
  expect("bytes=900-9223372036854775807", true, 900, 1000);
  expect("bytes=-5000", true, 0, 1000);
}

TEST(ByteRange, IsNotThere) {
  expect("bytes=1000-", true, 0, -1);
  expect("bytes=-0", true, 0, -1);
  EXPECT_EQ(parse_range("bytes=-1", 0).end, -1);
  EXPECT_EQ(parse_range("bytes=0-", 0).end, -1);
}

TEST(ByteRange, IsAllWhenItCannotBeRead) {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=9-1", "bytes=a-b", "bytes=1-2,5-6",
                             "bytes=1", "bytes=--1", "items=0-1", "bytes=99999999999999999999-"})
    expect(header, false, 0, 1000);
}

}  // namespace
}  // namespace rehearse
