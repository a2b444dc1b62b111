#include "localnet/process/proc.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "localnet/base/text.h"
#include "tests/unit/support/sleeper.h"

namespace rehearse {
namespace {

class Sleeper : public made::Sleeper {
 public:
  Sleeper() : made::Sleeper({"MARK=a=b", "MARKER=other"}) {}
};

TEST(Proc, SamplesThisProcess) {
  auto here = sample(::getpid());
  ASSERT_TRUE(here);
  EXPECT_GT(here->rss_bytes, 100'000);
  EXPECT_GE(here->cpu_seconds, 0);
  EXPECT_GE(here->waited_seconds, 0);
  EXPECT_EQ(process_state(::getpid()), 'R');
  EXPECT_EQ(executable(::getpid()), std::string(std::filesystem::read_symlink("/proc/self/exe")));
}

// As the files of a process do that ends meanwhile.
TEST(Proc, AFileThatOpensAndCannotBeReadIsEmpty) {
  EXPECT_EQ(read_file("/proc/self/mem"), "");
  EXPECT_EQ(read_file("/proc/self"), "");
}

TEST(Proc, FindsAChild) {
  Sleeper sleeper;
  std::vector<int> children = children_of(::getpid());
  EXPECT_NE(std::find(children.begin(), children.end(), sleeper.pid), children.end());
  std::vector<int> of_parent = children_of(::getppid());
  EXPECT_EQ(std::find(of_parent.begin(), of_parent.end(), sleeper.pid), of_parent.end());
  std::vector<int> below = children_of(::getppid(), Descent::all_descendants);
  EXPECT_NE(std::find(below.begin(), below.end(), sleeper.pid), below.end());
}

TEST(Proc, ReadsTheEnvironment) {
  Sleeper sleeper;
  EXPECT_EQ(environment_value(sleeper.pid, "MARK"), "a=b");
  EXPECT_EQ(environment_value(sleeper.pid, "MAR"), std::nullopt);
}

TEST(Proc, KnowsStoppedAndEnded) {
  Sleeper sleeper;
  siginfo_t info;
  ::kill(sleeper.pid, SIGSTOP);
  ::waitid(P_PID, id_t(sleeper.pid), &info, WSTOPPED | WNOWAIT);
  EXPECT_EQ(process_state(sleeper.pid), 'T');
  ::kill(sleeper.pid, SIGKILL);
  ::waitid(P_PID, id_t(sleeper.pid), &info, WEXITED | WNOWAIT);
  EXPECT_EQ(process_state(sleeper.pid), 'Z');
}

// As a shell, or a Go program, that is told to stop while it begins another one.
TEST(Proc, KnowsThatNeitherGoesOnWhereTheOneBegunWasStopped) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "vfork is fork under tsan";
#endif
  const int parent = ::fork();
  if (parent == 0) {
    const int begun = ::vfork();
    if (begun == 0) {
      ::kill(::getpid(), SIGSTOP);
      ::_exit(0);
    }
    for (;;) ::pause();
  }
  const auto begun = [&] {
    const auto all = children_of(parent);
    return all.size() == 1 && is_stopped(all.front()) ? all.front() : 0;
  };
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!begun() && std::chrono::steady_clock::now() < until) ::usleep(1000);
  ASSERT_NE(begun(), 0);
  ::kill(parent, SIGSTOP);
  EXPECT_FALSE(is_stopped(parent)) << "it waits";
  EXPECT_TRUE(stands_still(parent));
  EXPECT_TRUE(stands_still(begun()));
  const int child = begun();
  ::kill(child, SIGKILL);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
}

TEST(Proc, StandsStillOnlyOnceItIsStopped) {
  Sleeper sleeper;
  EXPECT_FALSE(stands_still(sleeper.pid));
  siginfo_t info;
  ::kill(sleeper.pid, SIGSTOP);
  ::waitid(P_PID, id_t(sleeper.pid), &info, WSTOPPED | WNOWAIT);
  EXPECT_TRUE(stands_still(sleeper.pid));
}

TEST(Proc, ReadsTheStatus) {
  EXPECT_EQ(status_value(::getpid(), "Pid"), std::to_string(::getpid()));
  EXPECT_EQ(status_value(::getpid(), "Pi"), std::nullopt);
  EXPECT_TRUE(status_value(::getpid(), "VmData")->ends_with(" kB"));
}

TEST(Proc, KnowsThreadsAndGroups) {
  Sleeper sleeper;
  EXPECT_EQ(threads_of(sleeper.pid), std::vector<int>{sleeper.pid});
  const auto group = processes_of_group(::getpgrp());
  EXPECT_NE(std::find(group.begin(), group.end(), sleeper.pid), group.end());
  EXPECT_NE(std::find(group.begin(), group.end(), ::getpid()), group.end());
  EXPECT_TRUE(processes_of_group(sleeper.pid).empty()) << "it leads none";
}

TEST(Proc, TellsAProcessFromOthers) {
  std::optional<ProcessId> process;
  {
    Sleeper sleeper;
    process = identify(sleeper.pid);
    ASSERT_TRUE(process);
    EXPECT_TRUE(is_alive(*process));
    EXPECT_FALSE(is_ending(process->pid));
    EXPECT_FALSE(is_alive({sleeper.pid, process->started + 1})) << "another one of that number";
    siginfo_t info;
    ::kill(sleeper.pid, SIGKILL);
    ::waitid(P_PID, id_t(sleeper.pid), &info, WEXITED | WNOWAIT);
    EXPECT_FALSE(is_alive(*process)) << "it is a zombie";
    EXPECT_TRUE(is_ending(process->pid));
  }
  EXPECT_FALSE(is_alive(*process));
  EXPECT_FALSE(identify(process->pid));
}

TEST(Proc, IsSilentAboutAProcessThatIsGone) {
  int pid = 0;
  {
    Sleeper sleeper;
    pid = sleeper.pid;
  }
  EXPECT_FALSE(sample(pid));
  EXPECT_FALSE(process_state(pid));
  EXPECT_FALSE(environment_value(pid, "PATH"));
  EXPECT_EQ(executable(pid), "");
  EXPECT_TRUE(children_of(pid).empty());
}

}  // namespace
}  // namespace rehearse
