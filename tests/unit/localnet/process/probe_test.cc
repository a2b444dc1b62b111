#include "localnet/process/probe.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>

#include "localnet/base/error.h"
#include "localnet/process/proc.h"

namespace rehearse {
namespace {

using std::chrono::milliseconds;

TEST(AnsweringChild, AnswersEachTime) {
  const AnsweringChild child([n = 0]() mutable { return std::to_string(++n); });
  EXPECT_EQ(child.ask(), "1");
  EXPECT_EQ(child.ask(), "2");
  const AnsweringChild gone([]() -> std::string { ::_exit(0); });
  EXPECT_EQ(gone.ask(), std::nullopt);
}

TEST(AnsweringChild, EndsWithItsObject) {
  int pid = 0;
  {
    const AnsweringChild child([] { return std::string("."); });
    pid = child.pid();
    EXPECT_TRUE(process_state(pid));
  }
  EXPECT_FALSE(process_state(pid));
}

TEST(InChild, SaysWhatTheWorkReturnsOrThrows) {
  EXPECT_EQ(in_child([] { return std::to_string(::getppid()); }), std::to_string(::getpid()));
  EXPECT_EQ(in_child([] { return std::string(); }), "");
  EXPECT_EQ(in_child([]() -> std::string { throw Error(Blame::machine, "no"); }), "no");
  EXPECT_EQ(in_child([]() -> std::string { ::_exit(0); }), "it did not answer");
  EXPECT_TRUE(children_of(::getpid()).empty());
}

TEST(FindProgram, LooksIntoSystemFoldersToo) {
  EXPECT_THAT(find_program("sh"), testing::EndsWith("/sh"));
  EXPECT_EQ(find_program("no-such-program"), "");
}

TEST(RunCommand, SaysItsOutputAndItsCode) {
  auto result = run_command({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(result.output, "out\nerr\n");
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(run_command({"/bin/sh", "-c", "kill -9 $$"}).code, -1);
  EXPECT_EQ(run_command({"/no/such/program"}).code, 127);
}

TEST(RunCommand, EndsWhatTakesTooLong) {
  for (const auto* script : {"exec /bin/sleep 60", "exec /bin/sleep 60 >&- 2>&-"})
    EXPECT_EQ(run_command({"/bin/sh", "-c", script}, milliseconds(50)).code, -1);
  EXPECT_TRUE(children_of(::getpid()).empty());
}

TEST(WaitUntil, LooksAgain) {
  int looks = 0;
  EXPECT_TRUE(wait_until([&] { return ++looks == 3; }, std::chrono::seconds(20)));
  EXPECT_FALSE(wait_until([] { return false; }, milliseconds(1)));
}

}  // namespace
}  // namespace rehearse
