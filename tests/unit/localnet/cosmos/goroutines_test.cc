// How many goroutines there are, as pprof says it.
#include <gtest/gtest.h>

#include "localnet/cosmos/goroutines.h"

namespace rehearse {
namespace {

TEST(GoroutineCount, IsInTheFirstLineOfTheProfile) {
  EXPECT_EQ(goroutine_count("goroutine profile: total 218\n36 @ 0x47f0ce 0x45c8e5\n#\t0x7a1d04\tnet.(*conn).Read+0x44\n"), 218);
}

TEST(GoroutineCount, IsNotKnownOfAnythingElse) {
  for (const char* body : {"", "404 page not found\n", "goroutine 1 [running]:\n", "goroutine profile: total 99999999999999999999\n"})
    EXPECT_EQ(goroutine_count(body), 0) << body;
}

}  // namespace
}  // namespace rehearse
