#include "localnet/proc.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace rehearse {
namespace {

// A child that runs `sleep` with the marker in its environment; ended with the object. It closes its pipe's
// end when it has become `sleep`, so there is nothing to wait for afterwards.
class Sleeper {
 public:
  Sleeper() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    pid = ::fork();
    if (pid == 0) {
      const char* environment[] = {"MARK=a=b", "MARKER=other", nullptr};
      ::execle("/bin/sleep", "sleep", "60", nullptr, environment);
      ::_exit(127);
    }
    ::close(ends[1]);
    char byte;
    while (::read(ends[0], &byte, 1) > 0) continue;
    ::close(ends[0]);
  }
  ~Sleeper() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  pid_t pid;
};

TEST(Proc, SamplesThisProcess) {
  auto here = sample(::getpid());
  ASSERT_TRUE(here);
  EXPECT_GT(here->rss_bytes, 100'000);
  EXPECT_GE(here->cpu_seconds, 0);
  EXPECT_EQ(process_state(::getpid()), 'R');
  EXPECT_EQ(executable(::getpid()), std::string(std::filesystem::read_symlink("/proc/self/exe")));
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
