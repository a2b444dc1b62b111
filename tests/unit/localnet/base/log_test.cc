#include "localnet/base/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <stdexcept>
#include <thread>

#include "localnet/base/error.h"
#include "localnet/base/text.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(Log, ALineHasTimeLevelRoomAndText) {
  const made::TempFolder folder;
  {
    const LogFile log(folder / "harness.log", LogLevel::info);
    log_info("a source failed,\nthe next is asked", "/somewhere/localnet/profile/questions.cc");
    log_debug("not so loud");
  }
  log_info("nobody listens any more");
  const auto text = read_file(folder / "harness.log");
  EXPECT_THAT(text, ContainsRegex("^20[0-9-]+T[0-9:]+\\.[0-9]{6}Z info    localnet/profile   a source failed, the next is asked\n$"));
}

TEST(Log, WarningsAreShownToo) {
  const made::TempFolder folder;
  const LogFile log(folder / "harness.log", LogLevel::info);
  testing::internal::CaptureStderr();
  log_warning("a folder stays");
  log_info("of no interest to whoever watches");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), AllOf(HasSubstr("rehearse: a folder stays\n"), Not(HasSubstr("interest"))));
  EXPECT_THAT(read_file(folder / "harness.log"), HasSubstr("warning"));
}

TEST(Log, ALongOneIsRotated) {
  const made::TempFolder folder;
  const LogFile log(folder / "harness.log", LogLevel::info);
  const std::string long_line(100'000, 'x');
  for (int i = 0; i < 150; ++i) log_info(long_line);
  EXPECT_TRUE(std::filesystem::exists(folder / "harness.1.log"));
  EXPECT_LT(std::filesystem::file_size(folder / "harness.log"), 10'000'000U);
}

TEST(Log, AFolderThatIsNotThereIsTrouble) {
  EXPECT_THROW(LogFile("/proc/no/harness.log", LogLevel::info), Error);
}

TEST(Log, NoChildInheritsIt) {
  const made::TempFolder folder;
  const LogFile log(folder / "harness.log", LogLevel::info);
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry, gone) == folder / "harness.log") {
      EXPECT_TRUE(::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC);
      return;
    }
  }
  FAIL() << "it is not open";
}

class Crash : public testing::Test {
 protected:
  Crash() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(Crash, EndsTheLogWithABacktraceAndDiesByTheSameSignal) {
  const auto file = std::filesystem::temp_directory_path() / "rehearse-crash-test.log";
  std::filesystem::remove(file);
  EXPECT_EXIT(
      {
        const LogFile log(file, LogLevel::info);
        ::raise(SIGSEGV);
      },
      testing::KilledBySignal(SIGSEGV), "");
  EXPECT_THAT(read_file(file), AllOf(HasSubstr("the harness crashed: SIGSEGV\n"), ContainsRegex("unit_tests.*\\[0x")));
  std::filesystem::remove(file);
}

TEST_F(Crash, AnExceptionThatNobodyCatchesIsNamed) {
  const auto file = std::filesystem::temp_directory_path() / "rehearse-terminate-test.log";
  std::filesystem::remove(file);
  EXPECT_EXIT(
      {
        const LogFile log(file, LogLevel::info);
        std::thread([] { throw std::runtime_error("no such step"); }).join();
      },
      testing::KilledBySignal(SIGABRT), "nobody caught: no such step");
  EXPECT_THAT(read_file(file), AllOf(HasSubstr("nobody caught: no such step"), HasSubstr("SIGABRT")));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace rehearse
