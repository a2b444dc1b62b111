#include "localnet/process/pressure.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

constexpr const char* kText = "some avg10=96.12 avg60=50.00 avg300=12.34 total=257815242\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";

TEST(CpuPressure, ReadsTheTimeInWhichSomethingWaited) {
  EXPECT_EQ(some_total(kText), std::chrono::microseconds(257815242));
  EXPECT_EQ(some_total("full avg10=0.00 total=7"), std::nullopt);
  EXPECT_EQ(some_total("some total="), std::nullopt);
  EXPECT_EQ(some_total(""), std::nullopt);
}

class CpuPressureOf : public ::testing::Test {
 protected:
  void write(const std::string& total) { std::ofstream(file_) << "some avg10=0.00 total=" << total << "\n"; }
  made::TempFolder scratch_;
  std::filesystem::path file_ = scratch_ / "cpu";
};

TEST_F(CpuPressureOf, AMachineOnWhichSomethingWaitsAllTheTimeIsShort) {
  write("0");
  const CpuPressure pressure(file_, std::chrono::seconds(0));
  const CpuPressure too_brief(file_);
  write("3600000000");
  EXPECT_TRUE(pressure.is_short());
  EXPECT_FALSE(too_brief.is_short());
}

TEST_F(CpuPressureOf, AMachineWithIdleProcessorsIsNotNorOneThatDoesNotSay) {
  write("3600000000");
  EXPECT_FALSE(CpuPressure(file_).is_short());
  EXPECT_FALSE(CpuPressure(scratch_ / "none").is_short());
}

}  // namespace
}  // namespace rehearse
