#include "localnet/base/utc.h"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

TEST(Utc, IsReadAsItIsWritten) {
  EXPECT_EQ(utc(1'767'323'045), "2026-01-02T03:04:05Z");
  EXPECT_EQ(time_of_utc("2026-01-02T03:04:05Z"), 1'767'323'045);
  for (const char* none : {"", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05Z ", "2026-13-02T03:04:05Z"}) EXPECT_FALSE(time_of_utc(none)) << none;
}

}  // namespace
}  // namespace rehearse
