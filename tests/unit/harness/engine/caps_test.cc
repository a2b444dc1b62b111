#include "harness/engine/caps.h"

#include <gmock/gmock.h>

#include <cstdint>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string bytes(std::size_t n) { return std::string(n, 'x'); }

TEST(Caps, NothingIsExceeded) {
  made::TempFolder folder;
  EXPECT_EQ(exceeded({100, 0}, folder.path(), {folder.write("a.log", bytes(100)), folder / "not-there.log"}), "");
}

TEST(Caps, TheLargestLogIsNamed) {
  made::TempFolder folder;
  EXPECT_THAT(exceeded({100, 0}, folder.path(),
                       {folder.write("a.log", bytes(101)), folder.write("b.log", bytes(2'000'000)),
                        folder.write("c.log", bytes(7))}),
              StartsWith("b.log has grown past the 0.00 MB that --log-cap allows"));
}

TEST(Caps, TheReserveIsKept) {
  made::TempFolder folder;
  EXPECT_THAT(exceeded({100, UINTMAX_MAX}, folder.path(), {folder.write("a.log", bytes(50))}),
              AllOf(StartsWith(folder.path().string() + ": "), HasSubstr("kept in reserve; the largest log is a.log")));
}

}  // namespace
}  // namespace rehearse
